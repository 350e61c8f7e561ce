using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Usher.Model.Desired;
using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Dns;

/// <summary>
/// The name server's sockets. They are bound with the first generation, answer from its publication on, and stay: each query reads the
/// generation that runs then.
/// </summary>
internal sealed class DnsCarrier : ICarrier, IAsyncDisposable
{
    // RFC 7766 section 6.2.3: "of the order of a few seconds".
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    // A free TCP port may be taken for UDP.
    private const int Tries = 16;

    private readonly DnsOptions options;
    private readonly DnsServerAddress address;
    private readonly DnsParts parts;
    private NameServer? running;

    public DnsCarrier(
        DnsOptions options, DnsServerAddress address, IGenerationSource generations, IJourneyLog journeys, TimeProvider time, ILogger<DnsCarrier> log)
    {
        this.options = options;
        this.address = address;
        parts = new DnsParts(new DnsResponder(generations), journeys, time, log);
    }

    /// <inheritdoc/>
    public Task<ICarrierChange> PrepareAsync(Generation next, ErrorList errors, CancellationToken cancellationToken)
    {
        if (running is not null) return Task.FromResult<ICarrierChange>(new Change(this, null));
        try
        {
            return Task.FromResult<ICarrierChange>(new Change(this, Bind()));
        }
        catch (SocketException problem)
        {
            errors.Add(new ConfigError(null, 0, "", "", Why(problem)));
            return Task.FromResult<ICarrierChange>(new Change(this, null));
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        address.EndPoint = null;
        if (Interlocked.Exchange(ref running, null) is { } server) await server.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private NameServer Bind()
    {
        for (var left = Tries; ; left--)
        {
            var tcp = new TcpServer(options.EndPoint, Idle, parts);
            try
            {
                return new NameServer(new UdpServer(tcp.EndPoint, parts), tcp);
            }
            catch (SocketException problem)
            {
                tcp.Dispose();
                if (options.EndPoint.Port != 0 || problem.SocketErrorCode != SocketError.AddressAlreadyInUse || left == 0) throw;
            }
        }
    }

    private string Why(SocketException problem)
    {
        const string wanted = "the name server is to listen there, UDP and TCP";
        return problem.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"{options.EndPoint} is in use by another program, and {wanted}; stop that program, or use --dns-port to move it",
            SocketError.AccessDenied => $"{options.EndPoint} may not be bound by this user, and {wanted}; use --dns-port to move it to a port above 1023",
            _ => $"{options.EndPoint} can't be bound, and {wanted}: {problem.Message}",
        };
    }

    private sealed record NameServer(UdpServer Udp, TcpServer Tcp)
    {
        public void Start()
        {
            Udp.Start();
            Tcp.Start();
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            Udp.Dispose();
            await Tcp.StopAsync(cancellationToken);
            Tcp.Dispose();
        }
    }

    private sealed class Change : ICarrierChange
    {
        private readonly DnsCarrier carrier;
        private NameServer? bound;

        public Change(DnsCarrier carrier, NameServer? bound)
        {
            this.carrier = carrier;
            this.bound = bound;
            if (bound is not null) carrier.address.EndPoint = bound.Tcp.EndPoint;
        }

        public Task CommitAsync(CancellationToken cancellationToken)
        {
            if (bound is null) return Task.CompletedTask;
            bound.Start();
            carrier.running = bound;
            bound = null;
            carrier.parts.Log.Listening(carrier.running.Tcp.EndPoint);
            return Task.CompletedTask;
        }

        public async ValueTask DisposeAsync()
        {
            if (bound is null) return;
            carrier.address.EndPoint = null;
            await bound.StopAsync(CancellationToken.None);
            bound = null;
        }
    }
}
