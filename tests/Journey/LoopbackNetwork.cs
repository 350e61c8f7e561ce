using System.Net;
using System.Net.Sockets;

namespace Usher.Journey.Tests;

/// <summary>
/// A loopback network, 127.N.0.0/16, for one road of a test. Those from 10 to 31 (all as long in text, so that two roads' messages are) belong to these tests: demos, benchmarks and other tests take theirs above.
/// A bound socket keeps other runs of these tests away.
/// </summary>
internal sealed class LoopbackNetwork : IDisposable
{
    private static int last = Environment.ProcessId;
    private readonly Socket held;

    private LoopbackNetwork(int number, Socket held) => (Number, this.held) = (number, held);

    internal int Number { get; }

    /// <summary>Where a road's load balancer has its listeners.</summary>
    internal IPAddress LoadBalancer => IPAddress.Parse($"127.{Number}.0.1");

    internal static LoopbackNetwork Free()
    {
        // 18 is a road's own when nothing else is said.
        int[] numbers = [.. Enumerable.Range(10, 22).Except([18])];
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = numbers[(Interlocked.Increment(ref last) & int.MaxValue) % numbers.Length];
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse($"127.{number}.255.254"), 40_000));
                if (Machine.ListeningOn(number).Count == 0) return new LoopbackNetwork(number, socket);
            }
            catch (SocketException)
            {
                // Another road's.
            }

            socket.Dispose();
        }

        throw new InvalidOperationException("no loopback network below 32 is free for a test");
    }

    public void Dispose() => held.Dispose();
}
