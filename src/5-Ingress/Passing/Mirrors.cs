using System.Text.Json.Nodes;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress;

/// <summary>Sends the copies that <c>mirror-target</c> wants: the client's head with another Host, and its body unless the annotation says off.</summary>
internal sealed class Mirrors(HostAddresses hosts)
{
    /// <summary>nginx's own timeouts: the template sets none there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly ForwardOptions Options = new() { ConnectTimeout = Patience, ResponseTimeout = Patience, SendTimeout = Patience, KeepAlive = false };

    private readonly RequestMirror mirror = new();

    /// <summary>Begins to send a request's copy.</summary>
    /// <returns>What to do once the request has been forwarded.</returns>
    internal Action Start(RequestPassage passage, IngressDecision decision, MirrorRule rule)
    {
        var url = rule.Target.Fill(decision.Controller, decision.Facts);
        if (AuthTarget.Of(url) is not { } target)
        {
            decision.Mirrored = MirroredRequest.NotSent(url, "is no URL that can be asked");
            return () => { };
        }

        // With variables nginx asks for what they say; without, for the path that is written, or else its own location's, and for the query.
        var path = target.Target.Length > 0 ? target.Target : rule.Location;
        if (!rule.Written.Contains('$', StringComparison.Ordinal) && decision.Facts.Query.Length > 0) path += (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + decision.Facts.Query;
        List<KeyValuePair<string, string?>> headers = [.. NginxHeaders.Dropped(passage, decision.Controller.Config).Select(name => KeyValuePair.Create(name, (string?)null)), new("Host", rule.Host)];
        var request = new Subrequest(default, decision.Facts.Method, path, Options) { Headers = headers };
        var generation = passage.Generation;
        var (copies, ended) = mirror.Start(passage, [(request, url, FindAsync)], rule.Body);
        decision.Mirrored = copies[0];
        return ended;

        async ValueTask<UpstreamKey?> FindAsync() => await hosts.FindAsync(generation, target, CancellationToken.None) is { } at
            ? new UpstreamKey(at, decision.Controller.SourceTo(at), target.Secured ? UpstreamTls.Unverified : null)
            : null;
    }

    /// <summary>Tells what came of a copy.</summary>
    internal static void Tell(JsonObject told, MirroredRequest copy, ReasonList reasons)
    {
        reasons.Add("mirror-target", !copy.Failed, $"the copy to {copy.To} {copy.Told}");
        told["mirror"] = new JsonObject { ["to"] = copy.To, ["status"] = copy.Status, ["told"] = copy.Told, ["failed"] = copy.Failed };
    }
}
