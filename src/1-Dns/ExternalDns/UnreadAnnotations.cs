using k8s;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Tells, once, that there are annotations of external-dns and no pod that runs it. Why nothing is made then: docs/decisions/0019.</summary>
internal static class UnreadAnnotations
{
    internal static void Tell(CompileContext context)
    {
        List<(DnsSourceObject Object, string Annotation)> annotated =
        [
            .. Of<V1Ingress>(context), .. Of<V1Service>(context), .. Of<Gateway>(context), .. Of<HttpRoute>(context), .. Of<GrpcRoute>(context), .. Of<TlsRoute>(context), .. Of<TcpRoute>(context), .. Of<UdpRoute>(context),
        ];
        if (annotated.Count == 0) return;
        var (first, annotation) = annotated[0];
        var more = annotated.Count == 1 ? "" : $" (and {annotated.Count - 1} more object{(annotated.Count == 2 ? " has" : "s have")} such annotations)";
        var filter = context.State.List<HostedZone>() is [var zone, ..] ? $" --domain-filter={zone.Value.Name}" : "";
        first.Warn($"metadata.annotations.{annotation}", $"is for external-dns, and no pod here runs it, so no record set comes of it{more}. "
            + $"Its Deployment belongs to the road as to a cluster: image {ExternalDnsImage.Standard}, args --source=service --source=ingress --provider=aws{filter}");
    }

    private static IEnumerable<(DnsSourceObject Object, string Annotation)> Of<T>(CompileContext context) where T : class, IKubernetesObject<V1ObjectMeta> =>
        context.State.List<T>().Select(r => (Resource: r, Annotation: DnsAnnotations.Any(r.Value.Metadata))).Where(a => a.Annotation is not null)
            .Select(a => (DnsSourceObject.Of(context, a.Resource, a.Resource.Value.Metadata), a.Annotation!));
}
