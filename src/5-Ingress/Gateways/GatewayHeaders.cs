using System.Text;
using Usher.Seam;
using Usher.Wire;

namespace Usher.Ingress.Gateways;

/// <summary>
/// What a Gateway changes in a request's head: what the Gateway API leaves to implementations first (as Envoy at the edge: the client's address at the end of X-Forwarded-For, X-Forwarded-Proto, X-Request-ID, the
/// trace context), then the rule's filters, then the backend's.
/// </summary>
internal static class GatewayHeaders
{
    private static readonly HeaderName ForwardedFor = new("X-Forwarded-For");
    private static readonly HeaderName ForwardedProto = new("X-Forwarded-Proto");
    private static readonly HeaderName RequestId = new("X-Request-ID");
    private static readonly HeaderName HostName = new("Host");

    internal static void Apply(RequestPassage passage, GatewayDecision decision)
    {
        var request = passage.Exchange.Request;
        var edits = passage.RequestEdits;
        edits.Set(ForwardedFor, request.TryGet(ForwardedFor.Bytes, out var chain) ? $"{Encoding.Latin1.GetString(chain)}, {passage.Client.Address}" : passage.Client.Address);
        edits.Set(ForwardedProto, decision.Facts.Scheme);
        if (!request.TryGet(RequestId.Bytes, out _)) edits.Set(RequestId, Guid.NewGuid().ToString());
        TraceHeaders.Apply(passage);

        var (rule, backend) = (decision.Choice.Match!.Rule, decision.Choice.Backend!);
        rule.RequestHeaders?.Apply(edits);
        backend.RequestHeaders?.Apply(edits);
        if ((backend.Rewrite ?? rule.Rewrite) is not { } rewrite) return;
        if (rewrite.Host is { } host) edits.Set(HostName, host);
        if (rewrite.Target(decision.Facts, decision.Choice.Match.Path) is { } target) edits.SetTarget(target);
    }
}

/// <summary>What a Gateway changes in a backend's response: the rule's filters, the backend's, then CORS.</summary>
internal sealed class GatewayResponse(GatewayDecision decision) : IResponseEditor
{
    private readonly HeaderFilter? rule = decision.Choice.Match!.Rule.ResponseHeaders;
    private readonly HeaderFilter? backend = decision.Choice.Backend!.ResponseHeaders;

    /// <summary>What is told to another origin.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Cors { get; } = decision.Choice.Match!.Rule.Cors?.Response(decision.Facts) ?? [];

    /// <summary>Whether nothing changes.</summary>
    internal bool IsEmpty => rule is null && backend is null && Cors.Count == 0;

    public void Edit(ResponseHead response, HeaderEdits edits)
    {
        backend?.Apply(edits);
        rule?.Apply(edits);
        foreach (var (name, value) in Cors)
        {
            if (name == "Vary") edits.Add(name, value);
            else edits.Set(name, value);
        }
    }
}
