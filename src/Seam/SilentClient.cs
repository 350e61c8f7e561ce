using System.Net.Sockets;

namespace Usher.Seam;

/// <summary>A client that was accepted, and gets nothing.</summary>
internal static class SilentClient
{
    private static readonly TimeSpan ResetDelay = TimeSpan.FromMilliseconds(100);

    // As long as Linux sends a SYN again and again before connecting has failed (tcp_syn_retries, 6).
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(127);

    /// <summary>
    /// Waits until the client has sent something, and so knows that it is connected; not for long, since some wait for the server to speak first. A reset that comes
    /// earlier is a failed connect to the client, whose record then has no connection to be joined by.
    /// </summary>
    internal static Task HeardAsync(Socket client, TimeProvider time, CancellationToken aborted) =>
        UntilAsync(async token => await client.ReceiveAsync(Memory<byte>.Empty, token), ResetDelay, time, aborted);

    /// <summary>Answers nothing, until the client gives up.</summary>
    internal static Task LeaveAsync(Socket client, TimeProvider time, CancellationToken draining) => UntilAsync(
        async token =>
        {
            var unread = new byte[4096];
            while (await client.ReceiveAsync(unread, token) > 0)
            {
            }
        },
        Patience, time, draining);

    private static async Task UntilAsync(Func<CancellationToken, Task> wait, TimeSpan most, TimeProvider time, CancellationToken cancelled)
    {
        using var limit = new CancellationTokenSource(most, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancelled);
        try
        {
            await wait(either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // Silent, or gone.
        }
    }
}
