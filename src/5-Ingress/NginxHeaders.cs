using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Usher.Seam;

namespace Usher.Ingress;

/// <summary>
/// What ingress-nginx sets on the way to a backend by default (its template's proxy_set_header lines): without <c>use-forwarded-headers</c> it
/// overwrites what the load balancer said, and keeps the client's chain under another name. The trace context is added as its OpenTelemetry module does.
/// </summary>
internal static class NginxHeaders
{
    internal static void Apply(RequestPassage passage, IngressDecision decision)
    {
        var request = passage.Exchange.Request;
        var edits = passage.RequestEdits;
        var source = decision.Facts.Source.ToString();
        if (request.TryGet("X-Forwarded-For"u8, out var chain)) edits.Set("X-Original-Forwarded-For", Encoding.Latin1.GetString(chain));
        else edits.Remove("X-Original-Forwarded-For"u8);
        // httpoxy: a CGI program would take the client's Proxy header for its HTTP_PROXY.
        edits.Remove("Proxy"u8);
        if (!request.TryGet("X-Request-ID"u8, out _)) edits.Set("X-Request-ID", RandomNumberGenerator.GetHexString(32, lowercase: true));
        edits.Set("X-Real-IP", source);
        edits.Set("X-Forwarded-For", source);
        edits.Set("X-Forwarded-Host", passage.Record.Host);
        edits.Set("X-Forwarded-Port", decision.Controller.Declared.Port.ToString(CultureInfo.InvariantCulture));
        edits.Set("X-Forwarded-Proto", "http");
        edits.Set("X-Forwarded-Scheme", "http");
        edits.Set("X-Scheme", "http");
        if (passage.Record.TraceId is { } trace && TraceParent.TraceIdOf(request) is null)
        {
            edits.Set("traceparent", TraceParent.Format(trace, (ulong)Random.Shared.NextInt64(1, long.MaxValue)));
        }
    }
}
