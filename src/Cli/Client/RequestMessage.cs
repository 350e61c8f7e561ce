using System.Net;
using System.Net.Http.Headers;
using Usher.Trace;

namespace Usher.Cli.Client;

/// <summary>A request that a person described, as a message of .NET's client.</summary>
internal static class RequestMessage
{
    internal static HttpRequestMessage Of(RequestLine request)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Url)
        {
            Version = request.Http11 || request.Url.Scheme == "http" ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        var given = request.Headers.Select(h => h.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (request.Data is { } data) message.Content = new ByteArrayContent(data);
        foreach (var (name, value) in request.Headers)
        {
            if (message.Headers.TryAddWithoutValidation(name, value)) continue;
            message.Content ??= new ByteArrayContent([]);
            message.Content.Headers.TryAddWithoutValidation(name, value);
        }

        // A header of -H takes the place of our own, as with curl.
        if (!given.Contains("User-Agent")) message.Headers.TryAddWithoutValidation("User-Agent", UsherVersion.Agent);
        if (!given.Contains("Accept")) message.Headers.TryAddWithoutValidation("Accept", "*/*");
        if (request.Data is not null && !given.Contains("Content-Type")) message.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        return message;
    }
}
