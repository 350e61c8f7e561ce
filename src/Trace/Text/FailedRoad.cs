using Usher.Model.Journeys;

namespace Usher.Trace.Text;

/// <summary>How far a request came, in one line: <c>● tls → ● load-balancer → ✗ ingress</c>. What the stations behind it are by configuration has its own mark.</summary>
internal static class FailedRoad
{
    internal static string Of(Journey journey)
    {
        var stopped = Stop.In(journey);
        var stations = journey.Hops.Where(h => ReferenceEquals(h, stopped) || IsStation(h)).Select(h => $"{(ReferenceEquals(h, stopped) ? "✗" : "")}{(ReferenceEquals(h, stopped) && h.Evidence == Evidence.Seen ? "" : EvidenceMark.Of(h.Evidence))}{Columns.NoBreak}{h.Hop.Name()}");
        return string.Join($"{Columns.NoBreak}→ ", stations);
    }

    /// <summary>What is a part of another station only stands for itself where it went wrong: a NodePort's Service of its node, an endpoint of its Service.</summary>
    private static bool IsStation(HopReport hop) =>
        hop.Hop is not (Hop.Response or Hop.Application or Hop.Browser) && !(hop.Ok && (hop.Hop == Hop.Endpoint || hop is { Hop: Hop.Service, At: "node" }));
}
