using System.Text.Json.Nodes;
using Usher.Model.Journeys;

namespace Usher.Trace.Har;

/// <summary>
/// The times of an entry in milliseconds (HAR 1.2, timings); -1 for what didn't happen or isn't known. <c>ssl</c> is in <c>connect</c>, and all others together are the entry's time.
/// </summary>
internal sealed record HarTimings(double Dns, double Connect, double Ssl, double Send, double Wait, double Receive)
{
    private const double Unknown = -1;

    /// <summary>All of it.</summary>
    internal double Time => new[] { Dns, Connect, Send, Wait, Receive }.Where(t => t > 0).Sum();

    internal JsonObject Json => new() { ["blocked"] = Unknown, ["dns"] = Dns, ["connect"] = Connect, ["ssl"] = Ssl, ["send"] = Send, ["wait"] = Wait, ["receive"] = Receive };

    /// <summary>As the client measured it: each part goes on from where the one before ended.</summary>
    internal static HarTimings Of(ClientTimes times)
    {
        var (at, end) = (times.Start, times.LastByte);
        var dns = Until(times.DnsDone);
        var plain = times.Connected == 0 ? 0 : times.Connected;
        var before = at;
        Until(plain);
        var ssl = times.TlsDone == 0 || plain == 0 ? Unknown : Milliseconds(plain, times.TlsDone);
        Until(times.TlsDone);
        var connect = plain == 0 ? Unknown : Milliseconds(before, at);
        // Where it ended early the rest was spent waiting for what didn't come.
        var send = times.RequestSent == 0 ? 0 : Until(times.RequestSent);
        var wait = times.FirstByte == 0 ? Until(end) : Until(times.FirstByte);
        return new(dns, connect, ssl, Math.Max(0, send), Math.Max(0, wait), times.FirstByte == 0 ? 0 : Math.Max(0, Until(end)));

        double Until(long moment)
        {
            if (moment == 0) return Unknown;
            var passed = Milliseconds(at, moment);
            at = Math.Max(at, moment);
            return passed;
        }

        double Milliseconds(long from, long to) => Math.Round(Math.Max(0, to - from) * 1000.0 / times.Frequency, 3);
    }

    /// <summary>As the hops tell it, of a request whose client said nothing: from the load balancer's side, where sending and waiting can't be told apart.</summary>
    internal static HarTimings Of(Journey journey)
    {
        var dns = journey.Hops.FirstOrDefault(h => h is { Hop: Hop.Dns, Evidence: not Evidence.Inferred, DurationMs: not null })?.DurationMs ?? Unknown;
        var tls = journey.Hops.FirstOrDefault(h => h is { Hop: Hop.Tls, Evidence: not Evidence.Inferred, DurationMs: not null });
        var ssl = tls?.DurationMs ?? Unknown;
        var connect = ssl < 0 ? Unknown : Math.Round(ssl + (tls!.Facts["tcpConnectMs"]?.GetValue<double>() ?? 0), 3);
        var all = journey.DurationMs ?? 0;
        var way = journey.Hops.LastOrDefault(h => h.Hop == Hop.Response);
        // The last of those that passed the answer on is the client's first byte, or the load balancer's.
        var firstByte = way?.Facts["clientFirstByteMs"]?.GetValue<double>() ?? ((way?.Facts["hops"] as JsonArray)?.LastOrDefault()?["firstByteMs"]?.GetValue<double>());
        var before = Math.Max(0, dns) + Math.Max(0, connect);
        var wait = Math.Round(Math.Max(0, (firstByte ?? all) - before), 3);
        return new(dns, connect, ssl, 0, wait, Math.Round(Math.Max(0, all - before - wait), 3));
    }
}
