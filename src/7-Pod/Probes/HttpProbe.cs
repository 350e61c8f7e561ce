using System.Diagnostics.CodeAnalysis;
using System.Net.Security;

namespace Usher.Pod;

/// <summary>
/// The kubelet's HTTP probe (<c>pkg/probe/http</c>): 200 to 399 passes; a redirect is followed on the same host, up to ten, and passes by
/// itself when it leads to another. TLS isn't verified.
/// </summary>
[SuppressMessage("Security", "CA5359", Justification = "The kubelet doesn't verify certificates either (Configure Liveness, Readiness and Startup Probes).")]
internal sealed class HttpProbe : IDisposable
{
    private const int MostRedirects = 10;
    private const int MostBodyBytes = 10 * 1024;

    private readonly HttpMessageInvoker invoker;

    public HttpProbe()
    {
        var handler = ProbeHandler.Make();
        handler.AllowAutoRedirect = false;
        // As the kubelet: a probe asks whether the container serves, not who it is.
        handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true };
        invoker = new HttpMessageInvoker(handler);
    }

    public async Task<ProbeResult> AskAsync(PodPlan pod, HttpAction action, CancellationToken cancellationToken)
    {
        var url = new Uri($"{action.Scheme}://{pod.Address!.Declared}:{action.Port}{action.Path}");
        for (var redirects = 0; ; redirects++)
        {
            using var request = Request(pod, action, url);
            using var response = await invoker.SendAsync(request, cancellationToken);
            await ReadAsync(response, cancellationToken);
            var status = (int)response.StatusCode;
            if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            {
                var next = new Uri(url, location);
                if (next.Host != url.Host || next.Scheme is not ("http" or "https")) return new ProbeResult(true, "Probe terminated redirects");
                if (redirects + 1 >= MostRedirects) return ProbeResult.Failed($"Get \"{next}\": stopped after {MostRedirects} redirects");
                url = next;
                continue;
            }

            return status is >= 200 and < 400 ? ProbeResult.Passed : ProbeResult.Failed($"HTTP probe failed with statuscode: {status}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => invoker.Dispose();

    private static HttpRequestMessage Request(PodPlan pod, HttpAction action, Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.To(pod);
        request.Headers.ConnectionClose = true;
        foreach (var group in action.Headers.GroupBy(h => h.Key, StringComparer.OrdinalIgnoreCase))
        {
            var values = group.Select(h => h.Value).ToList();
            if (group.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)) request.Headers.Host = values[0];
            else if (!request.Headers.TryAddWithoutValidation(group.Key, values))
            {
                // One of those that .NET keeps with a body.
                request.Content ??= new ByteArrayContent([]);
                request.Content.Headers.TryAddWithoutValidation(group.Key, values);
            }
        }

        if (!request.Headers.Contains("User-Agent")) request.Headers.TryAddWithoutValidation("User-Agent", ProbeHandler.Agent);
        if (!request.Headers.Contains("Accept")) request.Headers.TryAddWithoutValidation("Accept", "*/*");
        return request;
    }

    // Enough of the body that a server which writes it isn't cut off.
    private static async Task ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MostBodyBytes];
        await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
    }
}
