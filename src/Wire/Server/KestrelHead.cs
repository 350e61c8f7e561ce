using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Usher.Wire;

/// <summary>Carries heads between ASP.NET Core's HttpContext and our own.</summary>
internal static class KestrelHead
{
    /// <summary>
    /// Builds the request's head as HTTP/1 would have it; false when the target or a header couldn't be passed on in HTTP/1.
    /// </summary>
    public static bool TryFill(RequestHead head, HttpContext context)
    {
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        try
        {
            Fill(head, request);
        }
        catch (ArgumentException)
        {
            return false;
        }

        if (request.Headers.ContentLength is { } length) head.SetFraming(BodyFraming.OfLength(length));
        else if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true) head.SetFraming(BodyFraming.Chunked);
        else head.SetFraming(BodyFraming.None);
        return true;
    }

    /// <summary>The request's trailers that may be passed on, once its body is read to its end; null when there are none.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Trailers(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestTrailersFeature>() is not { Available: true, Trailers: { Count: > 0 } found }) return null;
        var trailers = new List<KeyValuePair<string, string>>();
        foreach (var (name, values) in found)
        {
            if (!TrailerFields.May(name)) continue;
            foreach (var value in values) trailers.Add(new(name.ToLowerInvariant(), value ?? ""));
        }

        return trailers.Count > 0 ? trailers : null;
    }

    private static void Fill(RequestHead head, IHttpRequestFeature request)
    {
        head.SetRequestLine(request.Method, request.RawTarget, HttpProtocol.IsHttp2(request.Protocol) ? 20 : 11);
        foreach (var (name, values) in request.Headers)
        {
            if (name.StartsWith(':')) continue;
            var lower = Encoding.ASCII.GetBytes(name.ToLowerInvariant());
            var isCookie = lower.AsSpan().SequenceEqual("cookie"u8);
            var fields = isCookie ? new StringValues(string.Join("; ", (IEnumerable<string?>)values)) : values;
            foreach (var value in fields) head.Add(lower, Encoding.Latin1.GetBytes(value ?? ""));
        }
    }

    /// <summary>Hands a response's head over. Returns its size in bytes, as HTTP/1 would have it.</summary>
    public static long Write(HttpResponse response, ResponseHead head, HeaderEdits? edits, BodyFraming framing, bool headRequest)
    {
        response.StatusCode = head.StatusCode;
        var bytes = 0L;
        edits?.Begin();
        for (var i = 0; i < head.HeaderCount; i++)
        {
            var kind = head.Kind(i);
            if (kind == HeaderKind.ContentLength && head.StatusCode != 304) continue;
            var edit = -1;
            var fate = edits?.FateOf(head, i, out edit) ?? (HopByHop.Drops(head, i) ? HeaderFate.HopByHop : HeaderFate.Kept);
            if (fate is HeaderFate.Removed or HeaderFate.HopByHop) continue;
            bytes += Append(response, head.Name(i), fate == HeaderFate.Rewritten ? edits!.Value(edit) : head.Value(i));
        }

        for (var i = 0; edits is not null && i < edits.Count; i++)
            if (edits.IsAppended(i)) bytes += Append(response, edits.Name(i), edits.Value(i));
        if (!head.StatusForbidsBody && framing.Kind == BodyKind.Length) response.ContentLength = framing.Length;
        else if (!head.StatusForbidsBody && framing.Kind == BodyKind.None && !headRequest) response.ContentLength = 0;
        return bytes;
    }

    /// <summary>Adds a trailer where the client's protocol has them.</summary>
    public static void AddTrailer(HttpContext context, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is not { } trailers) return;
        var key = Encoding.ASCII.GetString(name);
        trailers[key] = StringValues.Concat(trailers[key], Encoding.Latin1.GetString(value));
    }

    private static int Append(HttpResponse response, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var key = Encoding.ASCII.GetString(name);
        response.Headers[key] = StringValues.Concat(response.Headers[key], Encoding.Latin1.GetString(value));
        return name.Length + value.Length + 4;
    }
}
