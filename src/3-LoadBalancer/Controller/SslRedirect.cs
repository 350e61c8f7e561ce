namespace Usher.LoadBalancer;

/// <summary>
/// A group's <c>ssl-redirect</c> (the controller's guide, Ingress annotations): its HTTP listeners redirect everything, and have no rules of any Ingress (its model builder, <c>buildListenerRules</c>).
/// </summary>
/// <param name="Port">The HTTPS port that plain requests are sent to.</param>
/// <param name="Teller">The first Ingress that says so.</param>
internal sealed record SslRedirect(int Port, GroupMember Teller)
{
    private const string Name = "ssl-redirect";

    /// <summary>That of a group; null without one.</summary>
    internal static SslRedirect? Of(IngressGroup group, IReadOnlyList<ListenPort> ports)
    {
        if (group.Only(Name, "ssl-redirect port") is null) return null;
        var teller = group.Members.First(m => m.Annotations.Text(Name) is not null);
        if (teller.Annotations.Number(Name, 1, 65535) is not { } port) return null;
        var found = ports.FirstOrDefault(p => p.Port == port);
        if (found?.Protocol == "HTTPS") return new SslRedirect(port, teller);
        teller.Annotations.Error(Name, found is null ? $"found {port}; the group listens at no such port: list it in listen-ports" : $"found {port}, which is an HTTP port; an HTTPS one is wanted");
        return null;
    }

    /// <summary>Warns of the Ingresses that listen for HTTP alone: no listener has rules of theirs.</summary>
    internal void Tell(IngressGroup group, IReadOnlyList<ListenPort> ports)
    {
        foreach (var member in group.Members.Where(m => !ports.Any(p => p.Protocol == "HTTPS" && p.Members.Contains(m))))
        {
            member.Annotations.Warn(ListenPorts.Name,
                $"none of its rules can be reached: it listens for HTTP alone, and the group's HTTP listeners only redirect, as Ingress {Teller.Name} has {Name}: '{Port}'. List {{\"HTTPS\": {Port}}} here too, or take that annotation away");
        }
    }
}
