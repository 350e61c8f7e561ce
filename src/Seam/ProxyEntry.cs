using System.Net;
using Microsoft.AspNetCore.Connections;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>The PROXY header at a hop's port, read before anything else of a connection where the hop wants one. What it names is a feature of the connection (<see cref="ProxyHeader"/>).</summary>
/// <param name="hop">Whose port it is.</param>
/// <param name="wanted">Whether connections have to begin with one, by the running generation.</param>
/// <param name="limit">How long it is waited for.</param>
/// <param name="parts">The seam's parts.</param>
public sealed class ProxyEntry(Hop hop, Func<Generation, bool> wanted, TimeSpan limit, SeamParts parts)
{
    private const int FirstRead = 256;

    /// <summary>Whether a connection that comes now has to begin with a header.</summary>
    internal bool IsWanted => wanted(parts.Generations.Current);

    /// <summary>Reads the header where one is wanted; false when the connection has none, and is to be closed.</summary>
    internal async ValueTask<bool> ReadAsync(SocketConnection connection)
    {
        if (!IsWanted) return true;
        var accepted = parts.Time.GetTimestamp();
        var (header, failure) = await HeaderAsync(connection);
        if (header is not null)
        {
            connection.Features.Set(header);
            return true;
        }

        parts.Log.Add(new HandshakeRecord
        {
            Hop = hop, IsProxyHeader = true, Connection = new ConnectionId((IPEndPoint)connection.RemoteEndPoint!, (IPEndPoint)connection.LocalEndPoint!),
            AcceptedAt = accepted, FailedAt = parts.Time.GetTimestamp(), Failure = failure, Outcome = failure is null ? null : $"{hop.Name()}.no-proxy-header",
        });
        return false;
    }

    private async ValueTask<(ProxyHeader? Header, string? Failure)> HeaderAsync(SocketConnection connection)
    {
        using var late = new CancellationTokenSource(limit, parts.Time);
        var heard = new byte[FirstRead];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await connection.Bytes.ReadAsync(heard.AsMemory(length), late.Token);
                // One that says nothing at all is a look at the port.
                if (read == 0) return (null, length == 0 ? null : "the connection ended inside its PROXY header");
                length += read;
                switch (ProxyHeaderReader.Read(heard.AsSpan(0, length), out var header, out var used))
                {
                    case ProxyHeaderStatus.Complete:
                        connection.Bytes.PutBack(heard.AsMemory(used, length - used));
                        return (header, null);
                    case ProxyHeaderStatus.Broken:
                        return (null, "the connection doesn't begin with a PROXY header, which this port wants of every one: let who dials it send one (proxy_protocol_v2.enabled of a Network Load Balancer's target group), or switch it off here (use-proxy-protocol)");
                }

                if (length == heard.Length) Array.Resize(ref heard, Math.Min(2 * heard.Length, ProxyHeader.MaxBytes));
            }
        }
        catch (OperationCanceledException)
        {
            return (null, $"no whole PROXY header came within {limit.TotalSeconds:0} s");
        }
        catch (ConnectionResetException)
        {
            return (null, length == 0 ? null : "the connection was reset inside its PROXY header");
        }
    }
}
