using System.Net;
using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>The names of an address (CoreDNS' <c>kubernetes</c> plugin, <c>serviceRecordForIP</c>). Declared and bound addresses are both known. Pure.</summary>
internal static class ClusterReverse
{
    /// <summary>A PTR record set; null when nothing in the cluster has the address.</summary>
    public static CompiledSet? Find<TReasons>(ClusterView view, IPAddress address, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (view.Cluster.At(address) is { } service)
        {
            ClusterReasons.HasAddress(ref reasons, service, address);
            return ClusterRecords.Name(RecordType.PTR, service.Key, [ClusterZone.NameOf(service.Key)]);
        }

        var names = new List<DomainName>();
        foreach (var key in view.Endpoints.ServicesAt(address))
        {
            foreach (var endpoint in view.Endpoints.Of(key))
            {
                if (!endpoint.Declared.Address.Equals(address) && !endpoint.Bound.Address.Equals(address)) continue;
                var label = ClusterHost.LabelOf(endpoint);
                ClusterReasons.Endpoint(ref reasons, endpoint, $"{label} of {key}", true, true);
                if (endpoint.Ready) names.Add(DomainName.Of($"{label}.{ClusterZone.NameOf(key)}"));
            }
        }

        if (names.Count > 0) return ClusterRecords.Name(RecordType.PTR, null, names);
        ClusterReasons.NobodyHas(ref reasons, address);
        return null;
    }
}
