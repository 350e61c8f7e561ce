using System.Net;
using System.Net.Sockets;

namespace Usher.Bench.Reload;

/// <summary>Some connections that ask at a steady pace, about 2,000 times a second together: enough to notice a failure, and room for what is measured.</summary>
internal sealed class SteadyLoad(IPEndPoint server, string host, string path, bool plain = false)
{
    private const int Connections = 4;
    private int answered;
    private int failed;
    private int closed;

    /// <summary>How many requests were answered 200.</summary>
    internal int Answered => answered;

    /// <summary>How many weren't, or not whole.</summary>
    internal int Failed => failed;

    /// <summary>How often the server closed a kept connection.</summary>
    internal int Closed => closed;

    internal Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(() => AskAsync(cancellationToken), CancellationToken.None)));

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        using var connection = new KeptConnection(server, host, plain);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await connection.AskAsync(path) == 200) Interlocked.Increment(ref answered);
                else Interlocked.Increment(ref failed);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                Interlocked.Increment(ref failed);
            }
        }

        Interlocked.Add(ref closed, connection.Closed);
    }
}
