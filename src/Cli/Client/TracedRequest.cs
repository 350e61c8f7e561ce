using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Usher.Cli.Running;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Trace;
using Usher.Trace.Har;

namespace Usher.Cli.Client;

/// <summary>
/// A request sent as a client that watches itself:
/// <list type="number">
/// <item>Ask the road's name server.</item>
/// <item>Connect to the address, at the port that the declared one is bound at.</item>
/// <item>Shake hands.</item>
/// <item>Send the request and read the whole answer.</item>
/// <item>Tell the road what was seen; the journey comes back.</item>
/// </list>
/// </summary>
/// <param name="road">The road.</param>
/// <param name="time">The clock.</param>
/// <param name="archived">Keeps all that an archive has (<see cref="Exchange"/>); null where none is wanted.</param>
internal sealed class TracedRequest(RoadClient road, TimeProvider time, Archived? archived = null)
{
    private static readonly TimeSpan DnsLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(120);

    private long start;
    private long dnsDone;
    private long connected;
    private long tlsDone;
    private long firstByte;
    private ClientDns? dns;
    private ClientTls? tls;
    private IPEndPoint? local;
    private IPEndPoint? remote;
    private HttpRequestMessage? sent;

    /// <summary>What the client knows of its exchange once it is over; null unless it is kept.</summary>
    internal ClientExchange? Exchange { get; private set; }

    internal async Task<Journey> SendAsync(RequestLine request, CancellationToken cancellationToken)
    {
        var report = await road.RoadAsync(cancellationToken);
        var authority = CertificateOf(report);
        start = time.GetTimestamp();
        ClientFailure? failure = null;
        int? status = null;
        try
        {
            // 1 and 2.
            var socket = await ConnectAsync(request, report, cancellationToken);
            // 3 and 4.
            status = await RequestAsync(request, socket, authority, cancellationToken);
        }
        catch (TracedFailure failed)
        {
            failure = new ClientFailure(failed.At, failed.Message);
        }

        // 5.
        var told = new ClientReport
        {
            Method = request.Method,
            Url = request.Url.OriginalString,
            Local = local?.ToString(),
            Remote = remote?.ToString(),
            Dns = dns,
            Tls = tls,
            Status = status,
            Failure = failure,
            // A process may send spans; the road knows better once it has seen some requests.
            ExpectSpans = report.Pods.Any(p => p.Runtime == nameof(PodRuntime.Process)),
            Times = new ClientTimes
            {
                Frequency = time.TimestampFrequency,
                Start = start,
                DnsDone = dnsDone,
                Connected = connected,
                TlsDone = tlsDone,
                RequestSent = 0,
                FirstByte = firstByte,
                LastByte = time.GetTimestamp(),
            },
        };
        Exchange = archived?.Tell(request, sent, told);
        return await road.ReportAsync(told, cancellationToken);
    }

    private static X509Certificate2? CertificateOf(RoadReport report) =>
        File.Exists(report.CaCertificate) ? X509CertificateLoader.LoadCertificateFromFile(report.CaCertificate) : null;

    private async Task<Socket> ConnectAsync(RequestLine request, RoadReport report, CancellationToken cancellationToken)
    {
        var url = request.Url;
        var address = await AddressAsync(request, report, cancellationToken);
        // The declared port is bound elsewhere when it is privileged: the listener, or the Service, at this address says where.
        var listener = report.Listeners.FirstOrDefault(l => l.Port == url.Port && IPEndPoint.Parse(l.Bound).Address.Equals(address));
        remote = listener is null ? ServiceAt(report, address, url.Port) ?? new IPEndPoint(address, url.Port) : IPEndPoint.Parse(listener.Bound);
        var socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ConnectLimit);
            await socket.ConnectAsync(remote, limit.Token);
            connected = time.GetTimestamp();
            local = (IPEndPoint)socket.LocalEndPoint!;
            return socket;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TracedFailure("connect", $"{remote}: {(e is SocketException s ? s.Message : "no answer within 10 s")}{(listener is null ? Instead(report, address, url.Port) : "")}", e);
        }
    }

    /// <summary>Where a Service's port is bound whose virtual IP this stands for; null where it is none's.</summary>
    private static IPEndPoint? ServiceAt(RoadReport report, IPAddress address, int port) => report.Services.SelectMany(s => s.Ports)
        .Where(p => p.Port == port && p.Protocol == "TCP" && p.Bound is not null).Select(p => IPEndPoint.Parse(p.Bound!)).FirstOrDefault(b => b.Address.Equals(address));

    // The way out where a load balancer has this address, and no listener on this port.
    private static string Instead(RoadReport report, IPAddress address, int port)
    {
        var others = report.Listeners.Where(l => IPEndPoint.Parse(l.Bound).Address.Equals(address)).ToList();
        return others.Count == 0 ? ""
            : $". {others[0].LoadBalancer} has no listener on port {port}; it listens on {string.Join(", ", others.Select(l => $"{l.Protocol}:{l.Port}"))}. Ask one of those, or add a Listener";
    }

    private async Task<IPAddress> AddressAsync(RequestLine request, RoadReport report, CancellationToken cancellationToken)
    {
        var url = request.Url;
        if (IPAddress.TryParse(url.Host.Trim('[', ']'), out var literal)) return literal;
        if (request.Resolved is { } given)
        {
            dns = new ClientDns { Name = url.Host, Answers = [given.ToString()] };
            return given;
        }

        var server = IPEndPoint.Parse(report.Dns);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(DnsLimit);
            var answer = await DnsLookup.AskAsync(server, url.IdnHost, limit.Token);
            dnsDone = time.GetTimestamp();
            dns = new ClientDns
            {
                Name = url.IdnHost,
                Server = report.Dns,
                Local = answer.Local.ToString(),
                QueryId = answer.QueryId,
                Answers = [.. answer.Addresses.Select(a => a.ToString())],
                Ttl = answer.Ttl,
                ResponseCode = answer.ResponseCodeName,
            };
            return answer.Addresses.Count > 0
                ? answer.Addresses[0]
                : throw new TracedFailure("dns", $"{url.IdnHost} has no address: the name server answered {answer.ResponseCodeName}");
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            dns = new ClientDns { Name = url.IdnHost, Server = report.Dns };
            throw new TracedFailure("dns", $"the name server {server} does not answer: {e.Message}", e);
        }
    }

    private async Task<int> RequestAsync(RequestLine request, Socket socket, X509Certificate2? authority, CancellationToken cancellationToken)
    {
        var stream = await SecureAsync(request, socket, authority, cancellationToken);
        var used = false;
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            PlaintextStreamFilter = archived is null ? null : (context, _) => ValueTask.FromResult(archived.Tap(context.PlaintextStream)),
            // A stream that is secured already is taken as it is. Asked again, the client would repeat a request whose connection was closed without an answer: one request is traced, and that is what became of it.
            ConnectCallback = (_, _) => Interlocked.Exchange(ref used, true) ? throw new IOException("the connection was closed before any answer came") : ValueTask.FromResult(stream),
        };
        using var client = new HttpClient(handler) { Timeout = AnswerLimit };
        using var message = sent = RequestMessage.Of(request);
        try
        {
            using var response = await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            firstByte = time.GetTimestamp();
            archived?.Answered(response);
            // What was switched to isn't spoken here: the connection ends with the handshake.
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols) await response.Content.CopyToAsync(archived?.Body ?? Stream.Null, cancellationToken);
            return (int)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new TracedFailure("request", e.InnerException?.Message ?? e.Message, e);
        }
    }

    /// <summary>The handshake, with the URL's own name as SNI: a Host header of <c>-H</c> doesn't change it, as with curl.</summary>
    private async Task<Stream> SecureAsync(RequestLine request, Socket socket, X509Certificate2? authority, CancellationToken cancellationToken)
    {
        var plain = new NetworkStream(socket, ownsSocket: true);
        if (request.Url.Scheme != "https") return plain;
        var secured = new SslStream(plain);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ConnectLimit);
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = request.Url.IdnHost,
                ApplicationProtocols = request.Http11 ? [SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, leaf, chain, errors) => Trusted(leaf, chain, errors, authority) || request.Insecure,
            };
            await secured.AuthenticateAsClientAsync(options, limit.Token);
            Shaken(secured);
            return secured;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            await secured.DisposeAsync();
            throw new TracedFailure("tls", tls?.Error ?? (e is OperationCanceledException ? $"no handshake within {ConnectLimit.TotalSeconds:0} s" : e.Message), e);
        }
    }

    private void Shaken(SslStream secured)
    {
        tlsDone = time.GetTimestamp();
        tls = (tls ?? new ClientTls()) with
        {
            Version = secured.SslProtocol == SslProtocols.Tls13 ? "TLSv1.3" : "TLSv1.2",
            Cipher = secured.NegotiatedCipherSuite.ToString(),
            Alpn = secured.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : secured.NegotiatedApplicationProtocol.ToString(),
        };
    }

    /// <summary>Whether the road's own CA, and no other, vouches for the certificate and it covers the name.</summary>
    private bool Trusted(X509Certificate? leaf, X509Chain? shown, SslPolicyErrors errors, X509Certificate2? authority)
    {
        if (leaf is not X509Certificate2 certificate || authority is null)
        {
            tls = new ClientTls { Error = leaf is null ? "the server showed no certificate" : $"the road has no CA, so it can't vouch for the certificate ({leaf.Subject})" };
            return false;
        }

        using var chain = RoadTrust.Chain(authority);
        if (shown is not null) chain.ChainPolicy.ExtraStore.AddRange(shown.ChainElements.Select(e => e.Certificate).ToArray());
        var signed = chain.Build(certificate);
        var named = !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch);
        tls = new ClientTls
        {
            Verified = signed && named,
            Chain = [.. chain.ChainElements.Select(e => e.Certificate.Subject)],
            Error = (signed, named) switch
            {
                (true, true) => null,
                (false, _) => $"the certificate is not signed by the road's CA: {string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation.Trim()))}",
                _ => $"the certificate ({certificate.Subject}) does not cover the name in the URL",
            },
        };
        return tls.Verified;
    }

    /// <summary>The request ended early; what came before is still told.</summary>
    private sealed class TracedFailure(string at, string message, Exception? inner = null) : Exception(message, inner)
    {
        internal string At { get; } = at;
    }
}
