using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Usher.Faults;

/// <summary>Clients that ask for what is theirs alone and look at every byte that comes. Half of them speak HTTP/1.1, half HTTP/2.</summary>
internal sealed class Clients(Uri url, IPEndPoint address, Tally tally)
{
    private const int StreamsOfAConnection = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly long run = RandomNumberGenerator.GetInt32(int.MaxValue);
    private readonly long started = TimeProvider.System.GetTimestamp();
    private long requests;

    /// <summary>Asks over so many connections until the token fires.</summary>
    internal static async Task RunAsync(Uri url, IPEndPoint address, int connections, Tally tally, CancellationToken stop)
    {
        var clients = new Clients(url, address, tally);
        await Task.WhenAll(Enumerable.Range(0, connections).SelectMany(c => clients.Open(c % 2 == 0 ? HttpVersion.Version11 : HttpVersion.Version20, stop)));
    }

    /// <summary>The workers of one connection; of several streams over HTTP/2.</summary>
    private IEnumerable<Task> Open(Version version, CancellationToken stop)
    {
        var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync, AllowAutoRedirect = false, UseCookies = false, UseProxy = false, MaxConnectionsPerServer = 1, EnableMultipleHttp2Connections = false,
            // The road's certificates are the tests' own business.
            SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
        })
        {
            DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, Timeout = Timeout.InfiniteTimeSpan,
        };
        var workers = Enumerable.Range(0, version.Major == 1 ? 1 : StreamsOfAConnection).Select(_ => WorkAsync(http, stop)).ToList();
        return [EndAsync(http, workers)];
    }

    private static async Task EndAsync(HttpClient http, List<Task> workers)
    {
        await Task.WhenAll(workers);
        http.Dispose();
    }

    private async Task WorkAsync(HttpClient http, CancellationToken stop)
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            var kind = Draw();
            var id = (run << 32) | Interlocked.Increment(ref requests);
            var began = TimeProvider.System.GetTimestamp();
            var how = await AskAsync(http, kind, id, kind.Size == 0 ? 0 : RandomNumberGenerator.GetInt32(kind.Size), stop);
            if (how is "") tally.Right(kind);
            else if (how is not null) tally.Wrong(kind, $"HTTP/{http.DefaultRequestVersion} request {id:x}, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s after the start, {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:0} ms after it was asked: {how}");
        }
    }

    private static Fault Draw()
    {
        var left = RandomNumberGenerator.GetInt32(Fault.All.Sum(f => f.Share));
        return Fault.All.First(f => (left -= f.Share) < 0);
    }

    /// <summary>What was wrong; empty when nothing was, null when the end of the run came first.</summary>
    private async Task<string?> AskAsync(HttpClient http, Fault kind, long id, int size, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(kind.Seen == Seen.Nothing ? TimeSpan.FromMilliseconds(500) : Patience);
        using var request = new HttpRequestMessage(kind.Sends > 0 ? HttpMethod.Post : HttpMethod.Get, new Uri(url, $"/{kind.Name}/{id:x}/{size}"));
        if (kind.Sends > 0) request.Content = new ByteArrayContent(UniqueBody.Of(id, kind.Sends));
        var got = new MemoryStream();
        HttpResponseMessage? answer = null;
        try
        {
            answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            await using var body = await answer.Content.ReadAsStreamAsync(patience.Token);
            await body.CopyToAsync(got, patience.Token);
            return Judge(kind, id, size, answer, got.ToArray());
        }
        catch (OperationCanceledException)
        {
            return stop.IsCancellationRequested ? null : kind.Seen == Seen.Nothing ? "" : $"no whole answer within {Patience.TotalSeconds:0} s";
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            if (kind.Seen == Seen.Torn && answer?.StatusCode == HttpStatusCode.OK && UniqueBody.Begins(got.ToArray(), id)) return "";
            return stop.IsCancellationRequested ? null : $"{e.GetType().Name} {e.Message} {e.InnerException?.Message} (status {(int?)answer?.StatusCode}, {got.Length} bytes)";
        }
        finally
        {
            answer?.Dispose();
        }
    }

    private static string Judge(Fault kind, long id, int size, HttpResponseMessage answer, byte[] got)
    {
        var status = (int)answer.StatusCode;
        if (kind.Seen == Seen.BadGateway) return status == 502 && answer.Headers.Server.ToString() == "awselb/2.0" ? "" : $"status {status} where 502 was due";
        if (kind.Seen == Seen.Nothing) return $"status {status} from a target that says nothing";
        if (status != 200) return $"status {status}";
        if (!answer.Headers.TryGetValues("X-Path", out var path) || path.Single() != $"/{kind.Name}/{id:x}/{size}") return "an answer to another request";
        if (!UniqueBody.Begins(got, id)) return $"a body that isn't its own, of {got.Length} bytes";
        var whole = got.Length == size;
        // Half of nothing is whole.
        if (kind.Seen == Seen.Torn) return whole && size > 1 ? "a whole body that can't be" : whole ? "" : $"a body torn at {got.Length} of {size} bytes that looked whole";
        return whole ? "" : $"{got.Length} of {size} bytes";
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
