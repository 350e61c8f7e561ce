using Usher.Wire;

namespace Usher.Seam;

/// <summary>A request that a hop makes itself because of another one.</summary>
/// <param name="Destination">Where to.</param>
/// <param name="Method">The method.</param>
/// <param name="Target">The target.</param>
/// <param name="Options">Timeouts and the like.</param>
public sealed record Subrequest(UpstreamKey Destination, string Method, string Target, ForwardOptions Options)
{
    /// <summary>Headers that are set; null for one that is taken away. All others are the other request's. Their text is <see cref="Octets"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Headers { get; init; } = [];
}

/// <summary>What came of a request that a hop made itself.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Head">The answer's head; its status is 0 when none came.</param>
public sealed record SubAnswer(ForwardResult Result, ResponseHead Head);

/// <summary>Sends the requests that a hop makes itself, over the connections that all hops share.</summary>
public static class Subrequests
{
    /// <summary>Sends one without a body and reads its answer, whose body is dropped. It ends when the client of the other request goes.</summary>
    /// <param name="passage">The request that it is made because of.</param>
    /// <param name="request">What to send.</param>
    public static Task<SubAnswer> AskAsync(this RequestPassage passage, Subrequest request)
    {
        ArgumentNullException.ThrowIfNull(passage);
        ArgumentNullException.ThrowIfNull(request);
        return SendAsync(passage.Parts, request, ExchangeOf(passage, request, null, passage.Exchange.ClientGone));
    }

    /// <summary>The exchange of a request; takes from the other what it needs of it.</summary>
    internal static SubExchange ExchangeOf(RequestPassage passage, Subrequest request, BodyTap? body, CancellationToken gone) =>
        new(SubExchange.HeadOf(passage.Exchange.Request, request.Method, request.Target, body is not null), passage.Exchange, body, gone);

    internal static async Task<SubAnswer> SendAsync(SeamParts parts, Subrequest request, SubExchange exchange)
    {
        var edits = new HeaderEdits();
        foreach (var (name, value) in request.Headers)
        {
            if (value is null) edits.Remove(name);
            else edits.Set(name, value);
        }

        return new SubAnswer(await Forwarder.ForwardAsync(exchange, parts.Upstreams, request.Destination, edits, null, request.Options), exchange.Response);
    }
}
