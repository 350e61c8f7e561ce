using System.Net;
using Usher.Bench.Budgets;
using Usher.Bench.Road;
using Usher.Dns;
using Usher.Model.Road;

namespace Usher.Bench.Dns;

/// <summary>The name server: query bytes → answer bytes, with the decision that the journey keeps.</summary>
internal static class DnsCosts
{
    /// <summary><c>api.example.com A</c> with EDNS.</summary>
    internal static ReadOnlyMemory<byte> Question { get; } = (
        "\u0004\u0002\u0001\u0000\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0001\u0003api\u0007example\u0003com\u0000\u0000\u0001\u0000\u0001"u8
        + "\u0000\u0000\u0029\u0004\u0000\u0000\u0000\u0000\u0000\u0000\u0000"u8).ToArray();

    internal static Cost Query(BenchRoad road, Effort effort)
    {
        var query = Query(road.Get<IGenerationSource>());
        if (query() < Question.Length) throw new InvalidOperationException("the name server has no answer");
        return new Cost("dns", "query", Meter.OnThread(() => query(), effort));
    }

    /// <summary>Answers the question; returns the answer's length.</summary>
    internal static Func<int> Query(IGenerationSource generations)
    {
        var responder = new DnsResponder(new HostedZoneAnswers(generations));
        var server = new IPEndPoint(IPAddress.Loopback, 53);
        var answer = new byte[DnsResponder.MaxUdp];
        return () => responder.Respond(Question.Span, answer, server, tcp: false, out _);
    }
}
