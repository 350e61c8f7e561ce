using System.Net;
using System.Net.Sockets;
using Usher.Model.Road;

namespace Usher.Cli.Running;

/// <summary>Finds a loopback range that no other road uses, for roads that nobody has to find by address.</summary>
internal static class FreeRange
{
    /// <exception cref="UserException">All are taken.</exception>
    internal static LoopbackRange Find()
    {
        // A road's load balancer is always at .0.1; who can bind a port there first has the range. The start is spread, so that several find theirs at once.
        var start = Environment.ProcessId % 200;
        for (var i = 0; i < 200; i++)
        {
            var range = new LoopbackRange((byte)(32 + ((start + i) % 200)));
            var first = range.Addresses(AddressBlock.LoadBalancer).First();
            if (IsFree(new IPEndPoint(first, 8443)) && IsFree(new IPEndPoint(first, 8080))) return range;
        }

        throw new UserException("no loopback range from 127.32.0.0/16 to 127.231.0.0/16 is free");
    }

    private static bool IsFree(IPEndPoint endPoint)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
