using k8s;
using k8s.Models;
using Usher.Model.Aws;
using Usher.Model.Desired;
using Usher.Model.Gateway;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>Tells, once, that there are annotations of external-dns and no pod that runs it. Why nothing is made then: docs/decisions/0019. It looks only at what has changed since it last told.</summary>
internal sealed class UnreadAnnotations
{
    private readonly Func<CompileContext, (int Count, DnsSourceObject? First)>[] kinds =
        [Of<V1Ingress>(), Of<V1Service>(), Of<Gateway>(), Of<HttpRoute>(), Of<GrpcRoute>(), Of<TlsRoute>(), Of<TcpRoute>(), Of<UdpRoute>()];

    internal void Tell(CompileContext context)
    {
        var annotated = Array.ConvertAll(kinds, kind => kind(context));
        if (Array.Find(annotated, a => a.Count > 0).First is not { } first) return;
        var others = annotated.Sum(a => a.Count) - 1;
        var more = others == 0 ? "" : $" (and {others} more object{(others == 1 ? " has" : "s have")} such annotations)";
        var filter = context.State.List<HostedZone>() is [var zone, ..] ? $" --domain-filter={zone.Value.Name}" : "";
        first.Warn($"metadata.annotations.{DnsAnnotations.Any(first.Metadata)}", $"is for external-dns, and no pod here runs it, so no record set comes of it{more}. "
            + $"Its Deployment belongs to the road as to a cluster: image {ExternalDnsImage.Standard}, args --source=service --source=ingress --provider=aws{filter}");
    }

    private static Func<CompileContext, (int Count, DnsSourceObject? First)> Of<T>() where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var annotated = new Selection<T>(r => DnsAnnotations.Any(r.Value.Metadata) is not null);
        return context => annotated.Of(context.State) is [var first, ..] and var all ? (all.Count, DnsSourceObject.Of(context, first, first.Value.Metadata)) : (0, null);
    }
}
