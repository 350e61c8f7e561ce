using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Usher.Wire;

/// <summary>
/// Joins a client's and an upstream's connection after both have switched protocols. Knows nothing of what they speak. A client's half-close is
/// passed on; an upstream's ends the client's connection. When one side is reset, or nothing comes from either for too long, both are cut.
/// </summary>
internal sealed class UpgradeTunnel(ClientTunnel client, UpstreamConnection upstream, ForwardOptions options)
{
    private int _end;
    private long _firstUp;
    private long _firstDown;
    private long _last;

    /// <summary>Runs until both sides have ended. Throws nothing for what the peers do.</summary>
    public async ValueTask<RelayResult> RunAsync(CancellationToken draining)
    {
        var started = options.TimeProvider.GetTimestamp();
        upstream.Deadline.Arm(options.ResponseTimeout);
        await using (draining.UnsafeRegister(static state => ((UpgradeTunnel)state!).Cut(RelayEnd.Canceled), this))
        {
            var up = ToUpstreamAsync();
            await ToClientAsync();
            await up;
        }

        upstream.Deadline.Disarm();
        return new RelayResult(
            (RelayEnd)_end, client.Received, client.Sent, started, _firstUp, _firstDown, _last, options.TimeProvider.GetTimestamp());
    }

    private async Task ToUpstreamAsync()
    {
        try
        {
            while (true)
            {
                var read = await client.ReadAsync();
                if (!read.Buffer.IsEmpty) Moved(ref _firstUp);
                foreach (var piece in read.Buffer) await upstream.Output.WriteAsync(piece);
                await upstream.Output.FlushAsync();
                client.Advance(read);
                if (read.IsCanceled) return;
                if (!read.IsCompleted) continue;
                Ended(RelayEnd.ClientClosed);
                await upstream.EndSendingAsync();
                return;
            }
        }
        catch (Exception e) when (WhyFailed(e) is { } why)
        {
            Cut(why);
        }
    }

    private async Task ToClientAsync()
    {
        try
        {
            while (true)
            {
                var received = upstream.Received;
                if (!received.IsEmpty)
                {
                    Moved(ref _firstDown);
                    var taken = await client.SendAsync(received);
                    upstream.Use(received.Length);
                    if (taken) continue;
                    Cut(RelayEnd.ClientReset);
                    return;
                }

                if (upstream.Take(await upstream.ReceiveAsync()) > 0) continue;
                Ended(RelayEnd.UpstreamClosed);
                client.Release();
                return;
            }
        }
        catch (Exception e) when (WhyFailed(e) is { } why)
        {
            Cut(why);
        }
    }

    /// <summary>Whose fault it is; null for nobody's here.</summary>
    private RelayEnd? WhyFailed(Exception e) => e switch
    {
        SocketException or ObjectDisposedException => WhyUpstreamFailed(),
        ConnectionAbortedException => RelayEnd.Canceled,
        IOException or OperationCanceledException => RelayEnd.ClientReset,
        _ => null,
    };

    private RelayEnd WhyUpstreamFailed() => upstream.WhyCut switch
    {
        CutReason.ResponseTimeout => RelayEnd.IdleTimeout,
        CutReason.None => RelayEnd.UpstreamReset,
        _ => RelayEnd.Canceled,
    };

    private void Moved(ref long first)
    {
        _last = options.TimeProvider.GetTimestamp();
        if (first == 0) first = _last;
        upstream.Deadline.Arm(options.ResponseTimeout);
    }

    private void Ended(RelayEnd end) => Interlocked.CompareExchange(ref _end, (int)end, (int)RelayEnd.None);

    /// <summary>Cuts both, unless the upstream has ended in order: then the client's connection ends in order too. The first reason counts.</summary>
    private void Cut(RelayEnd reason)
    {
        var before = (RelayEnd)Interlocked.CompareExchange(ref _end, (int)reason, (int)RelayEnd.None);
        if (before == RelayEnd.UpstreamClosed) return;
        upstream.Cut(CutReason.Canceled);
        client.Abort();
    }
}
