using System.Net;

namespace Usher.Tests;

/// <summary>Ports for programs that take a number and not a socket.</summary>
internal static class FreePort
{
    // Linux gives those from 32768 on to whoever asks for any port, and what is above 30000 are NodePorts.
    private const int First = 12_000;
    private const int Last = 29_999;
    private static int last = Environment.ProcessId * 61 % (Last - First);

    /// <summary>A port that nobody has at 127.0.0.1, that no other test of this run gets, and that the system gives to nobody who asks for any.</summary>
    internal static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref last) % (Last - First));
            if (FreeNetwork.IsFree(new IPEndPoint(IPAddress.Loopback, port))) return port;
        }
    }
}
