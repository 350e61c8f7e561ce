using System.Text;
using System.Text.Json.Nodes;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>Sends the copies that filters RequestMirror want (Gateway API, HTTPRequestMirrorFilter): the request as it goes to its own backend, with its body. Their answers are thrown away, and their failures change nothing.</summary>
internal sealed class GatewayMirrors(IServiceFronts fronts, BalancerTable balancers)
{
    private static readonly ForwardOptions Options = new() { ConnectTimeout = TimeSpan.FromSeconds(10), ResponseTimeout = TimeSpan.FromSeconds(60), KeepAlive = false };

    private readonly RequestMirror mirror = new();

    /// <summary>Begins to send a request's copies.</summary>
    /// <returns>What to do once the request has been forwarded; null where there is no copy.</returns>
    internal Action? Start(RequestPassage passage, GatewayDecision decision)
    {
        var drawn = decision.Mirrors().ToList();
        if (drawn.Count == 0) return null;
        var target = GatewayFacts.Rewritten(decision.Choice, decision.Facts) ?? passage.Record.Target;
        var headers = Headers(passage, decision);
        var living = new LivingBackend(fronts, passage.Generation, balancers, decision.Port.Pod);
        var (sent, notSent) = (new List<(Subrequest, string, Func<ValueTask<UpstreamKey?>>)>(drawn.Count), new List<MirroredRequest>());
        foreach (var backend in drawn.Select(m => m.Backend))
        {
            // A virtual IP refuses by itself where nobody is ready.
            var read = backend.Backend.HasVirtualIP ? new BackendReading(true) : living.Read(backend.Backend);
            var to = $"Service {backend.Backend.Label}{(read.Endpoint is { } endpoint ? $" ({endpoint.Label})" : "")}";
            if (read.Ready) sent.Add((new Subrequest(default, decision.Facts.Method, target, Options) { Headers = headers }, to, () => ValueTask.FromResult<UpstreamKey?>(decision.Towards(backend, read))));
            else notSent.Add(MirroredRequest.NotSent(to, "wasn't sent: the Service is headless, and none of its endpoints is ready"));
        }

        var (copies, ended) = mirror.Start(passage, sent);
        decision.Mirrored = [.. copies, .. notSent];
        return ended;
    }

    /// <summary>Tells what came of the copies.</summary>
    internal static void Tell(JsonObject told, IReadOnlyList<MirroredRequest> copies, ReasonList reasons)
    {
        foreach (var copy in copies) reasons.Add("filter RequestMirror", !copy.Failed, $"the copy to {copy.To} {copy.Told}");
        told["mirrors"] = new JsonArray([.. copies.Select(c => new JsonObject { ["to"] = c.To, ["status"] = c.Status, ["told"] = c.Told, ["failed"] = c.Failed })]);
    }

    /// <summary>What a copy's head has otherwise than the client's: what the Gateway sets, and what the rule's filters change.</summary>
    private static List<KeyValuePair<string, string?>> Headers(RequestPassage passage, GatewayDecision decision)
    {
        var request = passage.Exchange.Request;
        var changes = new List<KeyValuePair<string, string?>>();
        foreach (var name in new[] { "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "traceparent" })
        {
            if (passage.RequestEdits.TryGet(request, Encoding.ASCII.GetBytes(name), out var value)) changes.Add(new(name, Encoding.Latin1.GetString(value)));
        }

        if (decision.Choice.Match!.Rule.Rewrite?.Host is { } host) changes.Add(new("Host", host));
        if (decision.Choice.Match.Rule.RequestHeaders is not { } filter) return changes;
        changes.AddRange(filter.Set.Select(h => KeyValuePair.Create(h.Key, (string?)h.Value)));
        changes.AddRange(filter.Remove.Select(name => KeyValuePair.Create(name, (string?)null)));
        foreach (var (name, value) in filter.Add) changes.Add(new(name, request.TryGet(Encoding.UTF8.GetBytes(name), out var had) ? $"{Encoding.Latin1.GetString(had)},{value}" : value));
        return changes;
    }
}
