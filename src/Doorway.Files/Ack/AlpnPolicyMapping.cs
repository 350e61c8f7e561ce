using Usher.Doorway.Files.Binding;

namespace Usher.Doorway.Files.Ack;

/// <summary><c>Listener.spec.alpnPolicy</c>, a list of one (ELBv2 API, CreateListener, AlpnPolicy).</summary>
internal static class AlpnPolicyMapping
{
    private const string Field = "spec.alpnPolicy";
    private const string Standard = "None";

    private static readonly string[] Policies = ["HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", Standard];

    /// <summary>The policy's name; <c>None</c> when none is written.</summary>
    internal static string Map(AckManifest manifest, ListenerSpec spec)
    {
        if (spec.AlpnPolicy is not { Count: > 0 } written) return Standard;
        if (spec.Protocol != "TLS")
        {
            manifest.Error(Field, $"goes with TLS listeners of network load balancers; this listener is {spec.Protocol ?? "without a protocol"}");
        }
        else if (written is not [var policy])
        {
            manifest.Error(Field, $"found {written.Count} policies; a listener has one");
        }
        else if (!Policies.Contains(policy, StringComparer.Ordinal))
        {
            manifest.Error($"{Field}[0]", $"found {Found.Quote(policy)}; allowed are {string.Join(", ", Policies)}");
        }
        else
        {
            return policy;
        }

        return Standard;
    }
}
