using Usher.Model.Contracts;
using Usher.Model.Road;

namespace Usher.Certificates;

/// <summary>Answers listeners' handshakes from the generation's snapshot and the living leaves.</summary>
internal sealed class CertificateChooser(LeafStore leaves, TimeProvider time) : ICertificateChooser
{
    /// <inheritdoc/>
    public CertificateChoice Choose(Generation generation, string listenerArn, string? serverName) =>
        Choose(generation, listenerArn, serverName, CertificateKeys.Any);

    /// <inheritdoc/>
    public CertificateChoice Choose(Generation generation, string listenerArn, string? serverName, CertificateKeys accepted)
    {
        // One read: the facts decided on and the leaf served are of one moment.
        var now = leaves.Current;
        var facts = new CertificateFacts(listenerArn, Normal(serverName), accepted, time.GetUtcNow());
        var decision = new CertificateDecision(generation.Get<CertificateSnapshot>(), now.Facts, facts);
        var leaf = decision.Match.Certificate is { } chosen ? now.Ready.GetValueOrDefault(chosen.Leaf) : null;
        return new CertificateChoice(decision, leaf?.Context);
    }

    /// <summary>A name as decisions want it: lower case, no final dot; null for none.</summary>
    internal static string? Normal(string? serverName)
    {
        var name = serverName?.TrimEnd('.').ToLowerInvariant();
        return string.IsNullOrEmpty(name) ? null : name;
    }
}
