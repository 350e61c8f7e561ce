using System.Text.Json;

namespace Usher.Doorway.Files.Ack;

/// <summary>
/// What a LoadBalancer's status tells that nothing else does: its Availability Zones, which are those of its subnets (<c>status.availabilityZones[].zoneName</c>, as ACK's controller writes it).
/// Other things in it, and such in another shape, are a controller's matter and no error.
/// </summary>
internal static class LoadBalancerStatus
{
    internal static void Read(LoadBalancerSpec spec, JsonElement status)
    {
        if (status.ValueKind != JsonValueKind.Object || !status.TryGetProperty("availabilityZones", out var zones) || zones.ValueKind != JsonValueKind.Array) return;
        spec.Zones = [.. zones.EnumerateArray().Select(Zone).OfType<string>().Where(z => z.Length > 0).Distinct().Order(StringComparer.Ordinal)];
    }

    private static string? Zone(JsonElement item) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("zoneName", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
}
