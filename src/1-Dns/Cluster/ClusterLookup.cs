using Usher.Model.Journeys;

namespace Usher.Dns;

/// <summary>What a name below <c>cluster.local</c> stands for (CoreDNS' <c>kubernetes</c> plugin, <c>findServices</c> and <c>findPods</c>). Pure.</summary>
internal static class ClusterLookup
{
    /// <summary>Finds what a name stands for; empty when it exists and has no data, null when it doesn't exist.</summary>
    public static IReadOnlyList<ClusterHost>? Find<TReasons>(ClusterView view, DomainName name, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var asked = ClusterName.Of(name);
        if (!asked.IsValid)
        {
            ClusterReasons.NoShape(ref reasons, name);
            return null;
        }

        if (asked.Branch is null) return [];
        if (!view.Cluster.HasNamespace(asked.Namespace!))
        {
            ClusterReasons.NoNamespace(ref reasons, asked.Namespace!);
            return null;
        }

        if (asked.Service is null) return [];
        if (asked.Branch == "pod") return Pod(view, asked.Service, reasons);
        if (view.Cluster.Find(asked.Namespace!, asked.Service) is not { } service)
        {
            ClusterReasons.NoService(ref reasons, view.Cluster, asked);
            return null;
        }

        var hosts = Hosts(view, service, asked, reasons);
        return hosts.Count > 0 ? hosts : null;
    }

    // "pods insecure": the address in the name is the answer, whether a pod has it or not.
    private static IReadOnlyList<ClusterHost>? Pod<TReasons>(ClusterView view, string label, TReasons reasons) where TReasons : struct, IReasonSink
    {
        if (ClusterName.PodAddress(label) is not { } address)
        {
            ClusterReasons.NoPodAddress(ref reasons, label);
            return null;
        }

        var owner = view.Cluster.Addresses.OwnerOfDeclared(address);
        ClusterReasons.PodAddress(ref reasons, address, owner);
        return [new ClusterHost(null) { Address = owner is { } known ? view.Cluster.Addresses.Of(known).Bound : address }];
    }

    private static List<ClusterHost> Hosts<TReasons>(ClusterView view, ClusterService service, ClusterName asked, TReasons reasons) where TReasons : struct, IReasonSink
    {
        var hosts = new List<ClusterHost>();
        if (service.Kind == ClusterServiceKind.ExternalName)
        {
            var leads = service.External is not null && asked.Endpoint is null && asked.Port is null;
            if (leads) hosts.Add(new ClusterHost(service) { External = service.External });
            ClusterReasons.External(ref reasons, service, leads);
        }
        else if (service.Kind == ClusterServiceKind.Headless || asked.Endpoint is not null)
        {
            AddEndpoints(hosts, view, service, asked, reasons);
        }
        else
        {
            foreach (var port in service.Ports)
            {
                if (Matches(asked, port) && service.Address is not null) hosts.Add(new ClusterHost(service) { Address = service.Address.Bound, Port = port.Bound });
            }

            ClusterReasons.VirtualIP(ref reasons, service, asked, hosts.Count > 0);
        }

        return hosts;
    }

    private static void AddEndpoints<TReasons>(List<ClusterHost> hosts, ClusterView view, ClusterService service, ClusterName asked, TReasons reasons)
        where TReasons : struct, IReasonSink
    {
        ClusterReasons.Endpoints(ref reasons, service, asked);
        foreach (var endpoint in view.Endpoints.Of(service.Key))
        {
            var label = ClusterHost.LabelOf(endpoint);
            var named = asked.Endpoint is null || asked.Endpoint == label;
            var port = service.Ports.FirstOrDefault(p => p.Name == endpoint.PortName);
            var fits = named && (port is null ? asked.Port is null : Matches(asked, port));
            if (fits && endpoint.Ready)
            {
                hosts.Add(new ClusterHost(service) { Address = endpoint.Bound.Address, Port = endpoint.Bound.Port == 0 ? null : endpoint.Bound.Port, Label = label });
            }

            ClusterReasons.Endpoint(ref reasons, endpoint, label, named, fits);
        }
    }

    private static bool Matches(ClusterName asked, ClusterPort port) =>
        (asked.Port is null or "" || asked.Port == port.Name) && (asked.Protocol is null or "" || asked.Protocol == port.Protocol);
}
