using Usher.Wire;

namespace Usher.Seam;

/// <summary>A copy of a request on its way to another place, and what came of it. Its answer is thrown away, and its failure changes nothing.</summary>
/// <param name="to">Where to, for people.</param>
public sealed class MirroredRequest(string to)
{
    private volatile string? told;

    /// <summary>Where to.</summary>
    public string To { get; } = to;

    /// <summary>The status that was answered; 0 when none was, or not yet.</summary>
    public int Status { get; private set; }

    /// <summary>Whether it failed.</summary>
    public bool Failed { get; private set; }

    /// <summary>What came of it, for people.</summary>
    public string Told => told ?? "is still under way";

    /// <summary>A copy that couldn't be sent at all.</summary>
    /// <param name="to">Where to, for people.</param>
    /// <param name="why">Why not.</param>
    public static MirroredRequest NotSent(string to, string why)
    {
        var mirrored = new MirroredRequest(to);
        mirrored.Fail(why);
        return mirrored;
    }

    internal void Answered(int status)
    {
        Status = status;
        told = FormattableString.Invariant($"answered {status}, which was thrown away");
    }

    internal void Fail(string why)
    {
        Failed = true;
        told = why;
    }
}

/// <summary>
/// Sends copies of requests to other places beside their own. A request isn't slowed by them: its body is copied as it is read, a copy whose place takes it too slowly is given up, and so is one too many.
/// Thread-safe.
/// </summary>
/// <param name="most">The most copies under way.</param>
public sealed class RequestMirror(int most = RequestMirror.MostCopies)
{
    /// <summary>The most copies under way, unless a hop says otherwise.</summary>
    public const int MostCopies = 1000;

    /// <summary>The most bytes of a body that wait for a copy's place to take them.</summary>
    public const int BodyBytes = 1024 * 1024;

    private int underWay;

    /// <summary>Begins to send copies. What the passage forwards from then on is what is copied.</summary>
    /// <param name="passage">The request.</param>
    /// <param name="copies">What is different in each copy, what its place is called, and where that is: asked for meanwhile, null for nowhere.</param>
    /// <param name="withBody">Whether the copies have the request's body.</param>
    /// <returns>The copies, to be told of, and what to do once the request has been forwarded.</returns>
    public (IReadOnlyList<MirroredRequest> Copies, Action Ended) Start(RequestPassage passage, IReadOnlyList<(Subrequest Request, string To, Func<ValueTask<UpstreamKey?>> Where)> copies, bool withBody = true)
    {
        ArgumentNullException.ThrowIfNull(passage);
        ArgumentNullException.ThrowIfNull(copies);
        var copied = withBody && passage.Exchange.Request.Framing.MayHaveBody;
        var (told, taps) = (new List<MirroredRequest>(copies.Count), new List<BodyTap>());
        foreach (var (request, to, where) in copies)
        {
            var mirrored = new MirroredRequest(to);
            told.Add(mirrored);
            if (Interlocked.Increment(ref underWay) > most)
            {
                Interlocked.Decrement(ref underWay);
                mirrored.Fail(FormattableString.Invariant($"wasn't sent: {most} copies were under way"));
                continue;
            }

            var tap = copied ? new BodyTap(BodyBytes) : null;
            if (tap is not null) taps.Add(tap);
            _ = RunAsync(passage.Parts, request, where, Subrequests.ExchangeOf(passage, request, tap, CancellationToken.None), tap, mirrored);
        }

        if (taps.Count == 0) return (told, () => { });
        var tapped = new TappedExchange(passage.Through ?? passage.Exchange, taps);
        passage.Through = tapped;
        return (told, tapped.End);
    }

    private async Task RunAsync(SeamParts parts, Subrequest request, Func<ValueTask<UpstreamKey?>> where, SubExchange exchange, BodyTap? tap, MirroredRequest mirrored)
    {
        try
        {
            // The request itself goes on meanwhile.
            await Task.Yield();
            if (await where() is not { } destination)
            {
                mirrored.Fail("wasn't sent: its host has no address");
                return;
            }

            var (result, head) = await Subrequests.SendAsync(parts, request with { Destination = destination }, exchange);
            if (result.Outcome == ForwardOutcome.Completed) mirrored.Answered(head.StatusCode);
            else mirrored.Fail(tap?.IsGivenUp == true ? FormattableString.Invariant($"was given up: more than {BodyBytes} bytes of the request's body waited for it") : $"failed ({result.Outcome}): {result.Detail}");
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException or ArgumentException)
        {
            mirrored.Fail($"failed: {e.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }
}
