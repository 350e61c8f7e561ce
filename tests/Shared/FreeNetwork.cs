using System.Net;
using System.Net.Sockets;

namespace Usher.Tests;

/// <summary>A loopback network, 127.N.0.0/16 with N from 100 to 249, for one test.</summary>
internal static class FreeNetwork
{
    private static int last = Environment.ProcessId % 97;

    /// <summary>N of a network that no other test of this run has taken, and where nobody listens at the ends that will be bound: another run of these tests, say.</summary>
    /// <param name="ends">The last two numbers of an address, and its port: <c>0.1:8080</c>.</param>
    internal static byte Next(params string[] ends)
    {
        while (true)
        {
            var network = (byte)(100 + (Interlocked.Increment(ref last) % 150));
            if (ends.All(end => IsFree(IPEndPoint.Parse($"127.{network}.{end}")))) return network;
        }
    }

    /// <summary>Whether nobody listens there.</summary>
    internal static bool IsFree(IPEndPoint at)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(at);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
