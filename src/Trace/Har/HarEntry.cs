using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Usher.Model.Journeys;
using Usher.Trace.Timing;

namespace Usher.Trace.Har;

/// <summary>
/// A journey as an entry of an HTTP archive (HAR 1.2): what the client knew of its exchange where it told that, else what the hops know. What isn't known is -1 or empty, as HAR says. The journey itself is in the field <c>_usher</c>.
/// </summary>
public static class HarEntry
{
    private const string ServerTiming = "Server-Timing";

    /// <summary>The entry of a journey.</summary>
    /// <param name="journey">The journey.</param>
    /// <param name="client">What its client knew; null where it is another's.</param>
    public static JsonObject Of(Journey journey, ClientExchange? client = null)
    {
        ArgumentNullException.ThrowIfNull(journey);
        var timings = client is null ? HarTimings.Of(journey) : HarTimings.Of(client.Times);
        var entry = new JsonObject
        {
            ["startedDateTime"] = (journey.StartedAt ?? DateTimeOffset.UnixEpoch).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
            ["time"] = Math.Round(timings.Time, 3),
            ["request"] = Request(journey, client),
            ["response"] = Response(journey, client),
            ["cache"] = new JsonObject(),
            ["timings"] = timings.Json,
            // As Chromium writes it; its developer tools take JSON for a script where it isn't said.
            ["_resourceType"] = "fetch",
        };
        if (client?.Remote is { } remote) (entry["serverIPAddress"], entry["_serverPort"]) = (remote.Address.ToString(), remote.Port);
        // Of one client's connections its own port tells them apart.
        if (client?.Local is { } local) entry["connection"] = local.Port.ToString(CultureInfo.InvariantCulture);
        Attach(entry, journey);
        return entry;
    }

    /// <summary>Puts a journey into an entry, whoever wrote that: as its field <c>_usher</c>, and for developer tools as one more Server-Timing of the response, unless the road has sent that itself.</summary>
    public static void Attach(JsonObject entry, Journey journey)
    {
        ArgumentNullException.ThrowIfNull(entry);
        entry["_usher"] = JsonSerializer.SerializeToNode(journey, JourneyEndpoints.Json.Journey);
        if (entry["response"]?["headers"] is not JsonArray headers || journey.Hops.Any(h => h.Facts["serverTiming"] is not null && h.Hop != Hop.Browser) || Timing(journey) is not { Length: > 0 } timing) return;
        var header = HarHeaders.Pair(ServerTiming, timing);
        header["comment"] = "of Usher's journey; the server sent no such header";
        headers.Add((JsonNode)header);
    }

    /// <summary>The hops' times as a Server-Timing header's value.</summary>
    private static string Timing(Journey journey)
    {
        var text = new ServerTimingText();
        foreach (var hop in journey.Hops.Where(h => h.Evidence != Evidence.Inferred && h.Hop is not (Hop.Response or Hop.Browser))) text.Add(hop.At is null ? hop.Hop.Name() : $"{hop.Hop.Name()}-{hop.At}", hop.Name, hop.DurationMs);
        return text.ToString();
    }

    private static JsonObject Request(Journey journey, ClientExchange? client)
    {
        var headers = client?.RequestHeaders ?? [];
        var request = new JsonObject
        {
            ["method"] = journey.Method,
            ["url"] = journey.Url,
            ["httpVersion"] = client?.Protocol ?? Protocol(journey),
            ["cookies"] = HarHeaders.Sent(headers),
            ["headers"] = HarHeaders.Json(headers),
            ["queryString"] = HarHeaders.Query(journey.Url),
            ["headersSize"] = client?.RequestHeadBytes ?? -1,
            ["bodySize"] = client is null ? -1 : client.RequestBody?.Length ?? 0,
        };
        if (client?.RequestBody is { } body) request["postData"] = new JsonObject { ["mimeType"] = HarHeaders.Find(headers, "Content-Type") ?? "application/octet-stream", ["text"] = Encoding.UTF8.GetString(body.Span) };
        return request;
    }

    private static JsonObject Response(Journey journey, ClientExchange? client)
    {
        var headers = client?.ResponseHeaders ?? [];
        var response = new JsonObject
        {
            ["status"] = journey.Status ?? 0,
            ["statusText"] = client?.StatusText ?? "",
            ["httpVersion"] = client?.Protocol ?? Protocol(journey),
            ["cookies"] = HarHeaders.Set(headers),
            ["headers"] = HarHeaders.Json(headers),
            ["content"] = Content(headers, client),
            ["redirectURL"] = HarHeaders.Find(headers, "Location") ?? "",
            ["headersSize"] = client?.ResponseHeadBytes ?? -1,
            ["bodySize"] = client?.ResponseBodyBytes ?? -1,
        };
        // As Chromium writes it of a request without an answer.
        if (client?.Failure is { } failure) response["_error"] = failure;
        return response;
    }

    private static JsonObject Content(IReadOnlyList<KeyValuePair<string, string>> headers, ClientExchange? client)
    {
        var content = new JsonObject { ["size"] = client is null ? -1 : Math.Max(0, client.ResponseBodyBytes), ["mimeType"] = HarHeaders.Find(headers, "Content-Type") ?? "x-unknown" };
        if (HarHeaders.Find(headers, "Content-Encoding") is { Length: > 0 } coded && !coded.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            // The content is what the coding stands for, which nobody has decoded.
            (content["size"], content["comment"]) = (-1, $"coded as {coded}");
            return content;
        }

        if (client?.ResponseBody is not { Length: > 0 } body) return content;
        try
        {
            content["text"] = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body.Span);
        }
        catch (DecoderFallbackException)
        {
            (content["text"], content["encoding"]) = (Convert.ToBase64String(body.Span), "base64");
        }

        return content;
    }

    /// <summary>What was spoken with the first hop that read HTTP, as its facts say; HAR has no word for what isn't known.</summary>
    private static string Protocol(Journey journey) => journey.Hops.Select(h => h.Facts["protocol"]?.ToString()).FirstOrDefault(p => p?.StartsWith("HTTP/", StringComparison.Ordinal) == true) ?? "unknown";
}
