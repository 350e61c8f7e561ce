using System.Net;
using Usher.Trace;
using Usher.Trace.Har;

namespace Usher.Cli.Client;

/// <summary>An exchange as its client saw it, collected for an archive while it goes on.</summary>
internal sealed class Archived(TimeProvider time) : IDisposable
{
    /// <summary>Bytes of a body that an archive has.</summary>
    private const int MostBody = 4 << 20;

    private ExchangeTap? tap;
    private HttpResponseMessage? response;
    private long sentAt;

    /// <summary>Where the response's body goes.</summary>
    internal KeptBody Body { get; } = new(MostBody);

    /// <summary>Looks at what passes over a connection from here on.</summary>
    internal Stream Tap(Stream connection) => tap = new ExchangeTap(connection, time);

    /// <summary>The response's head has come.</summary>
    internal void Answered(HttpResponseMessage answer)
    {
        response = answer;
        // Over HTTP/2 what the client still says of its windows comes later.
        sentAt = tap?.SentAt ?? 0;
    }

    /// <summary>All that is known once it is over.</summary>
    internal ClientExchange Tell(RequestLine request, HttpRequestMessage? message, ClientReport report)
    {
        var (sent, came) = (tap?.Request, response is null ? null : tap?.Response);
        return new ClientExchange
        {
            Protocol = tap is null ? null : (response?.Version ?? (sent is null ? HttpVersion.Version20 : HttpVersion.Version11)) is { Major: 2 } ? "HTTP/2.0" : "HTTP/1.1",
            RequestHeaders = sent?.Headers ?? (tap is null || message is null ? [] : [.. Pseudo(message), .. Fields(message.Headers), .. Fields(message.Content?.Headers)]),
            RequestHeadBytes = sent?.Length ?? -1,
            RequestBody = request.Data is { } data ? new ReadOnlyMemory<byte>(data) : default(ReadOnlyMemory<byte>?),
            StatusText = came?.Reason ?? "",
            ResponseHeaders = came?.Headers ?? [.. Fields(response?.Headers), .. Fields(response?.Content.Headers)],
            ResponseHeadBytes = came?.Length ?? -1,
            ResponseBodyBytes = response is null ? -1 : Body.Length,
            ResponseBody = response is null ? null : Body.Whole,
            Local = report.Local is null ? null : IPEndPoint.Parse(report.Local),
            Remote = report.Local is null || report.Remote is null ? null : IPEndPoint.Parse(report.Remote),
            Times = report.Times with { RequestSent = response is null ? tap?.SentAt ?? 0 : sentAt },
            Failure = report.Failure?.Message,
        };
    }

    /// <summary>The connection ends with its client; what was kept of it goes.</summary>
    public void Dispose()
    {
        tap?.Dispose();
        Body.Dispose();
    }

    /// <summary>What stands in HTTP/2 in the place of a request line (RFC 9113 §8.3.1).</summary>
    private static IEnumerable<KeyValuePair<string, string>> Pseudo(HttpRequestMessage message) =>
    [
        new(":method", message.Method.Method), new(":authority", message.Headers.Host ?? message.RequestUri!.Authority), new(":scheme", message.RequestUri!.Scheme), new(":path", message.RequestUri.PathAndQuery),
    ];

    private static IEnumerable<KeyValuePair<string, string>> Fields(System.Net.Http.Headers.HttpHeaders? headers) =>
        headers?.NonValidated.SelectMany(h => h.Value.Select(v => KeyValuePair.Create(h.Key.ToLowerInvariant(), v))) ?? [];
}
