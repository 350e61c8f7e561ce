using System.Collections.Immutable;
using System.Net;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>Resolves listeners' certificates. Everything else about a listener is the load balancer's matter.</summary>
/// <param name="context">The desired state, the addresses and the errors.</param>
/// <param name="written">Every Certificate by its ARN, whether valid or not.</param>
/// <param name="compiled">The valid ones.</param>
internal sealed class ListenerCompiler(
    CompileContext context, Dictionary<string, Resource<Certificate>> written, Dictionary<string, CompiledCertificate> compiled)
{
    private const int MostNamed = 3;

    private readonly Dictionary<string, Resource<LoadBalancer>> balancers =
        context.State.All<LoadBalancer>().DistinctBy(b => b.Value.LoadBalancerArn).ToDictionary(b => b.Value.LoadBalancerArn);

    internal IEnumerable<ListenerCertificates> Compile()
    {
        // Two listeners of one ARN are on one port of one load balancer: reported there.
        foreach (var listener in context.State.All<Listener>().DistinctBy(l => l.Value.ListenerArn).ToList())
        {
            var encrypts = listener.Value.Protocol is "HTTPS" or "TLS";
            var certificates = encrypts ? Certificates(listener) : None(listener);
            // Whose listener reads nothing of its connections has no part in handshakes: they are with whoever is behind it.
            if (encrypts || listener.Value.Protocol == "HTTP")
                yield return new ListenerCertificates(listener.Value.ListenerArn, Name(listener.Value), Bound(listener.Value), certificates) { NamedIn = NamedIn(listener) };
        }
    }

    private ImmutableArray<CompiledCertificate> None(Resource<Listener> listener)
    {
        if (listener.Value.Certificates.Count > 0)
        {
            context.Errors.Add(listener, "spec.certificates", $"{Article(listener.Value)} listener takes no certificates; set spec.protocol to {(listener.Value.Protocol == "HTTP" ? "HTTPS" : "TLS")}, or remove them");
        }

        return [];
    }

    private ImmutableArray<CompiledCertificate> Certificates(Resource<Listener> listener)
    {
        if (listener.Value.Certificates.Count == 0)
        {
            context.Errors.Add(listener, "spec.certificates", $"{Article(listener.Value)} listener needs a certificate, the first one being its default; {Known()}");
        }

        var found = ImmutableArray.CreateBuilder<CompiledCertificate>();
        for (var i = 0; i < listener.Value.Certificates.Count; i++)
        {
            var arn = listener.Value.Certificates[i];
            var field = $"spec.certificates[{i}].certificateARN";
            if (compiled.TryGetValue(arn, out var certificate))
            {
                found.Add(certificate);
                if (!certificate.Issued) context.Errors.Add(listener, field, Pending(certificate));
            }
            else if (!written.ContainsKey(arn))
            {
                // One that is written but wrong has its own errors.
                context.Errors.Add(listener, field, Unknown(arn));
            }
        }

        return found.ToImmutable();
    }

    private static string Article(Listener listener) => listener.Protocol is "HTTP" or "HTTPS" ? $"an {listener.Protocol}" : $"a {listener.Protocol}";

    private string Unknown(string arn) =>
        arn.Contains(":server-certificate/", StringComparison.Ordinal)
            ? $"{arn} is an IAM server certificate, which is not supported; use an ACM Certificate: {Known()}"
            : $"there is no Certificate {(arn.Length == 0 ? "without an ARN" : arn)}; {Known()}";

    private string Known() =>
        written.Count == 0
            ? "no Certificate is defined here: add one (acm.services.k8s.aws) and its validation record"
            : $"the certificates here are {string.Join("; ", written.Values.Select(c => $"{c.Value.CertificateArn} ({string.Join(", ", NamesOf(c.Value))})"))}";

    private IEnumerable<string> NamesOf(Certificate certificate) =>
        certificate.Import is null ? certificate.Names : compiled.TryGetValue(certificate.CertificateArn, out var own) ? own.Names : ["imported"];

    private static string Pending(CompiledCertificate certificate) =>
        $"{certificate.Arn} ({string.Join(", ", certificate.Names)}) is PENDING_VALIDATION: {CertificateStatuses.Problems(certificate.Validations)}";

    /// <summary>A listener that the AWS Load Balancer Controller makes has the certificates of an annotation.</summary>
    private string NamedIn(Resource<Listener> listener)
    {
        const string ofServices = "service.beta.kubernetes.io/aws-load-balancer-ssl-cert", ofIngresses = "alb.ingress.kubernetes.io/certificate-arn";
        return balancers.GetValueOrDefault(listener.Value.LoadBalancerArn)?.Value switch
        {
            { Service: { } service } => $"the annotation {ofServices} of {service}",
            { Ingresses: [var ingress] } => $"the annotation {ofIngresses} of {ingress}",
            { Ingresses: [_, ..] all } => $"the annotation {ofIngresses} of an Ingress of its group: {FirstFew.Of(all, MostNamed)}",
            // The name of one that only stands behind another is told to nobody.
            _ when listener.Origin.IsDerived => $"the annotation {ofIngresses} of its Ingress",
            _ => ListenerCertificates.Written,
        };
    }

    private string Name(Listener listener) =>
        $"{(balancers.TryGetValue(listener.LoadBalancerArn, out var balancer) ? balancer.Value.Name : listener.LoadBalancerArn)} {listener.Protocol}:{listener.Port}";

    private ImmutableArray<IPEndPoint> Bound(Listener listener) =>
        balancers.TryGetValue(listener.LoadBalancerArn, out var balancer) && listener.Port is > 0 and <= IPEndPoint.MaxPort
            ? [.. LoadBalancerNode.Of(balancer).Where(n => context.Addresses.Find(n.Owner) is not null).Select(n => context.Addresses.Bind(n.Owner, listener.Port))]
            : [];
}
