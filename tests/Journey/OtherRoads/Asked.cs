using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Usher.Journey.Tests.OtherRoads;

/// <summary>
/// A line of a table: what is asked, an arrow, what comes back.
/// <list type="bullet">
/// <item><c>GET https://a.com/x Header=value → web /y &gt;my-header=foo</c>: a pod of Service web answered, and saw that target and that header. The scheme tells the protocol: http, https, h2c (HTTP/2 with prior knowledge), h2
/// (over TLS), grpc (as h2c), grpcs (as h2). <c>@name</c> asks a Gateway of this name.</item>
/// <item><c>GET … → 301 https://a.com/ &lt;vary=Origin</c>: the status, where it leads and a header of the answer. A header's value <c>-</c> is none; an underscore is a space; <c>x*</c> begins so.</item>
/// <item><c>SPLIT http://a.com/ → v1 90 v2 10</c>: shares of many requests; a share of a number is that status'.</item>
/// <item><c>TCP :8080 → web</c>, <c>UDP :8080 → web</c>, <c>TLS a.com:443 → CN=a.com web</c>: who answers, and which certificate was shown.</item>
/// <item><c>STATUS HTTPRoute web → Accepted=True Accepted</c>: a condition of it.</item>
/// </list>
/// </summary>
internal static class Asked
{
    /// <summary>So many requests are split. A share of a tenth is then 40 on average with a deviation of 6.</summary>
    private const int Many = 400;

    /// <summary>So many standard deviations a share may be off: it is once in 500,000 tests.</summary>
    private const double Off = 5;

    /// <summary>Asks, and asserts that the answer is as the line says.</summary>
    internal static async Task HoldsAsync(RoadHere road, string line)
    {
        var words = line.Split(" → ")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var wanted = line.Split(" → ")[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "STATUS":
                var said = road.Status(words[1], words[2]);
                Assert.True(said.Contains(string.Join(' ', wanted)), $"{line}: {string.Join(", ", said)}");
                break;
            case "SPLIT":
                await SplitAsync(road, line, words, wanted);
                break;
            case "TCP" or "UDP" or "TLS":
                await ConnectAsync(road, line, words, wanted);
                break;
            default:
                await RequestAsync(road, line, words, wanted);
                break;
        }
    }

    private static async Task RequestAsync(RoadHere road, string line, string[] words, string[] wanted)
    {
        using var client = Client(road, words);
        using var answer = await client.SendAsync(Request(words), TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var told = $"{line}\n{answer}\n{text}";
        var seen = Who(answer, text) is { } pod && text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default;
        foreach (var (word, i) in wanted.Select((w, i) => (w, i)))
        {
            if (i == 0 && char.IsDigit(word[0])) Assert.True(word == $"{(int)answer.StatusCode}" && Who(answer, text) is null, told);
            else if (i == 0) Assert.True(Who(answer, text)?.StartsWith(word + "-", StringComparison.Ordinal) == true, told);
            else if (word[0] == '/') Assert.True(seen.Text("url") == word, told);
            else if (word[0] == '>') Assert.True(Header(word, name => Seen(seen, name)), told);
            else if (word[0] == '<') Assert.True(Header(word, name => Values(answer, name)), told);
            else Assert.True(answer.Headers.Location?.OriginalString == word, told);
        }
    }

    private static async Task SplitAsync(RoadHere road, string line, string[] words, string[] wanted)
    {
        using var client = Client(road, words);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < Many; i++)
        {
            using var answer = await client.SendAsync(Request(words), TestContext.Current.CancellationToken);
            var who = Who(answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)) ?? $"{(int)answer.StatusCode}-";
            var service = wanted.Where((_, n) => n % 2 == 0).FirstOrDefault(w => who.StartsWith(w + "-", StringComparison.Ordinal)) ?? who;
            counts[service] = counts.GetValueOrDefault(service) + 1;
        }

        var told = $"{line}: {string.Join(", ", counts)}";
        Assert.True(counts.Values.Sum() == wanted.Where((_, n) => n % 2 == 0).Sum(w => counts.GetValueOrDefault(w)), told);
        for (var n = 0; n < wanted.Length; n += 2)
        {
            var share = double.Parse(wanted[n + 1], CultureInfo.InvariantCulture) / 100;
            Assert.True(Math.Abs(counts.GetValueOrDefault(wanted[n]) - (Many * share)) <= Off * Math.Sqrt(Many * share * (1 - share)), told);
        }
    }

    private static async Task ConnectAsync(RoadHere road, string line, string[] words, string[] wanted)
    {
        var (host, port) = (words[1].Split(':')[0], int.Parse(words[1].Split(':')[1], CultureInfo.InvariantCulture));
        using var socket = new Socket(AddressFamily.InterNetwork, words[0] == "UDP" ? SocketType.Dgram : SocketType.Stream, words[0] == "UDP" ? ProtocolType.Udp : ProtocolType.Tcp);
        await socket.ConnectAsync(road.At(port), TestContext.Current.CancellationToken);
        if (words[0] == "UDP")
        {
            await socket.SendAsync("hello"u8.ToArray(), TestContext.Current.CancellationToken);
            var buffer = new byte[2048];
            var length = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Tool.Limit, TestContext.Current.CancellationToken);
            Assert.Contains($"\"pod\":\"{wanted[0]}-", Encoding.UTF8.GetString(buffer, 0, length), StringComparison.Ordinal);
            return;
        }

        Stream stream = new NetworkStream(socket);
        if (words[0] == "TLS")
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = host, ApplicationProtocols = [SslApplicationProtocol.Http11], RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null }, TestContext.Current.CancellationToken);
            Assert.Equal(wanted[0], tls.RemoteCertificate!.Subject);
            stream = tls;
        }

        await using (stream)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream);
            var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(Tool.Limit, TestContext.Current.CancellationToken);
            Assert.True(text.Contains($"\r\nX-Pod: {wanted[^1]}-", StringComparison.Ordinal), $"{line}\n{text}");
        }
    }

    private static HttpRequestMessage Request(string[] words)
    {
        var scheme = words[1][..words[1].IndexOf("://", StringComparison.Ordinal)];
        var request = new HttpRequestMessage(
            new HttpMethod(words[0] is "SPLIT" ? scheme is "grpc" or "grpcs" ? "POST" : "GET" : words[0]),
            new Uri((scheme is "http" or "h2c" or "grpc" ? "http" : "https") + words[1][scheme.Length..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = scheme is "http" or "https" ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var header in words.Skip(2).Where(w => w.Contains('=', StringComparison.Ordinal))) request.Headers.Add(header.Split('=', 2)[0], header.Split('=', 2)[1].Replace('_', ' '));
        if (scheme is not ("grpc" or "grpcs")) return request;
        // An empty message: one that isn't compressed, of no length.
        request.Content = new ByteArrayContent(new byte[5]);
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));
        return request;
    }

    private static HttpClient Client(RoadHere road, string[] words) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(road.At(context.DnsEndPoint.Port, words.FirstOrDefault(w => w[0] == '@')?[1..]), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });

    /// <summary>The pod that answered; null where none did. A stand-in names it to a gRPC call too.</summary>
    private static string? Who(HttpResponseMessage answer, string text) => Values(answer, "x-pod") ?? (text.StartsWith('{') ? JsonDocument.Parse(text).RootElement.Text("pod") : null);

    private static string? Values(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static string? Seen(JsonElement told, string name) =>
        told.GetProperty("headers").EnumerateObject().Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value.ValueKind == JsonValueKind.Array ? string.Join(",", h.Value.EnumerateArray()) : h.Value.GetString()).FirstOrDefault();

    private static bool Header(string word, Func<string, string?> value)
    {
        var (name, wanted) = (word[1..].Split('=', 2)[0], word.Split('=', 2)[1].Replace('_', ' '));
        return wanted == "-" ? value(name) is null : wanted.EndsWith('*') && wanted.Length > 1 ? value(name)?.StartsWith(wanted[..^1], StringComparison.Ordinal) == true : value(name) == wanted;
    }
}
