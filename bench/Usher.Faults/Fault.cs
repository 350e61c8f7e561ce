namespace Usher.Faults;

/// <summary>What a client has to see.</summary>
internal enum Seen
{
    /// <summary>The target's status and the whole body.</summary>
    Whole,

    /// <summary>A 502 of the load balancer's own.</summary>
    BadGateway,

    /// <summary>The beginning of the body, and then an end that can't be taken for one.</summary>
    Torn,

    /// <summary>Nothing for as long as it waits.</summary>
    Nothing,
}

/// <summary>A kind of request: what its target does, and what its client has to see whatever happens to others at the same time.</summary>
/// <param name="Name">The path's first part.</param>
/// <param name="Seen">What the client sees.</param>
/// <param name="Share">How many of a hundred requests are of this kind.</param>
/// <param name="Size">Bytes of the answer, at most.</param>
/// <param name="Sends">Bytes of the request's body; 0 for a GET.</param>
internal sealed record Fault(string Name, Seen Seen, int Share, int Size, int Sends = 0)
{
    /// <summary>Every kind; the shares are a hundred.</summary>
    internal static IReadOnlyList<Fault> All { get; } =
    [
        new("plain", Seen.Whole, 40, 20_000),
        new("chunked", Seen.Whole, 12, 60_000),
        new("echo", Seen.Whole, 12, 80_000, Sends: 80_000),
        new("large", Seen.Whole, 2, 2_000_000),
        new("slow", Seen.Whole, 3, 4_000),
        new("early", Seen.Whole, 3, 1_000, Sends: 400_000),
        new("last", Seen.Whole, 5, 5_000),
        new("extra", Seen.Whole, 4, 5_000),
        new("until-close", Seen.Whole, 2, 30_000),
        new("reset", Seen.BadGateway, 3, 0),
        new("reset-in-head", Seen.BadGateway, 3, 0),
        new("close", Seen.BadGateway, 3, 0),
        new("malformed", Seen.BadGateway, 2, 0),
        new("reset-in-body", Seen.Torn, 2, 50_000),
        new("close-in-body", Seen.Torn, 2, 50_000),
        new("silent", Seen.Nothing, 1, 0),
        new("half-open", Seen.Nothing, 1, 0, Sends: 4_000_000),
    ];
}
