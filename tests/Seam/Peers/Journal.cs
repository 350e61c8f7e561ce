using System.Collections.Immutable;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;
using Usher.Wire.Tests.Peers;

namespace Usher.Seam.Tests.Peers;

/// <summary>Keeps every record in the order in which it came; requests in the order in which they began.</summary>
internal sealed class Journal : IJourneyLog
{
    public ImmutableList<RequestRecord> Requests { get; private set; } = [];

    public ImmutableList<ConnectionRecord> Connections { get; private set; } = [];

    public ImmutableList<ConnectionRecord> Ended { get; private set; } = [];

    public ImmutableList<HandshakeRecord> Handshakes { get; private set; } = [];

    public void Add(DnsRecord record) => throw new NotSupportedException();

    public void Add(HandshakeRecord record)
    {
        lock (this) Handshakes = Handshakes.Add(record);
    }

    public void Add(ConnectionRecord record)
    {
        lock (this) Connections = Connections.Add(record);
    }

    public void Closed(ConnectionRecord record)
    {
        lock (this) Ended = Ended.Add(record);
    }

    public void Add(RequestRecord record)
    {
        // A record is closed a moment after its client has the answer, and by then the next request's may be.
        lock (this)
        {
            var at = Requests.Count;
            while (at > 0 && Requests[at - 1].StartedAt > record.StartedAt) at--;
            Requests = Requests.Insert(at, record);
        }
    }

    /// <summary>The request with this number, from 1, once it is there.</summary>
    public async Task<RequestRecord> RequestAsync(int number = 1)
    {
        await Limit.UntilAsync(() => Requests.Count >= number);
        return Requests[number - 1];
    }

    public async Task<ConnectionRecord> EndedAsync(int number = 1)
    {
        await Limit.UntilAsync(() => Ended.Count >= number);
        return Ended[number - 1];
    }

    public async Task<HandshakeRecord> HandshakeAsync(int number = 1)
    {
        await Limit.UntilAsync(() => Handshakes.Count >= number);
        return Handshakes[number - 1];
    }
}

/// <summary>A running generation that a test replaces.</summary>
internal sealed class Generations : IGenerationSource
{
    private volatile Generation current = Generation.None;

    public Generation Current
    {
        get => current;
        set => current = value;
    }
}

/// <summary>A decision that tells nothing but its name.</summary>
internal sealed record Told(string Name) : IDecision
{
    public IEnumerable<HopAccount> Tell() => [new HopAccount(Hop.Service, Name, Name)];
}

/// <summary>The seam's parts with a journal to read.</summary>
internal sealed class SeamUnderTest : IDisposable
{
    public SeamUnderTest(TimeProvider? time = null, IServerTimings? timings = null)
    {
        Upstreams = new UpstreamPool(new UpstreamPoolOptions { TimeProvider = time ?? TimeProvider.System });
        Parts = new SeamParts(Generations, Journal, Upstreams, time ?? TimeProvider.System) { Timings = timings };
    }

    public Generations Generations { get; } = new();

    public Journal Journal { get; } = new();

    public UpstreamPool Upstreams { get; }

    public SeamParts Parts { get; }

    public void Dispose() => Upstreams.Dispose();
}
