using System.Net;

namespace Usher.Wire;

/// <summary>
/// The far side of links: a handler that serves them as <see cref="Http1Server"/> serves sockets, under the same options. Stopping it is stopping
/// a listener: nothing new, idle links close, those in use close after their response. Thread-safe.
/// </summary>
public sealed class LinkServer(IExchangeHandler handler, Http1ServerOptions options)
{
    private readonly HashSet<Link> _links = [];
    private TaskCompletionSource? _empty;

    /// <summary>How connections are served.</summary>
    internal Http1ServerOptions Options { get; } = options;

    /// <summary>Who answers.</summary>
    internal IExchangeHandler Handler { get; } = handler;

    /// <summary>True from the moment when it is stopped.</summary>
    internal bool IsStopping => Volatile.Read(ref _empty) is not null;

    /// <summary>A new link; null when the server is stopping, as a closed listener refuses.</summary>
    /// <param name="from">The end that dials, as the handler is to see it.</param>
    /// <param name="to">The end that accepts.</param>
    /// <param name="closed">Called once when the link is closed by either side; may be null.</param>
    public Link? TryOpen(IPEndPoint from, IPEndPoint to, Action? closed = null)
    {
        lock (_links)
        {
            if (_empty is not null) return null;
            var link = new Link(this, from, to, closed);
            _links.Add(link);
            return link;
        }
    }

    /// <summary>
    /// Stops: lets links in use end for at most <paramref name="grace"/>, then cuts them. A handler that hands something to a client that takes nothing
    /// isn't waited for longer than a connection lingers.
    /// </summary>
    public async Task StopAsync(TimeSpan grace)
    {
        Link[] open;
        TaskCompletionSource empty;
        lock (_links)
        {
            empty = _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            open = [.. _links];
            if (open.Length == 0) empty.TrySetResult();
        }

        foreach (var link in open) link.CloseIfIdle();
        try
        {
            await empty.Task.WaitAsync(grace, Options.TimeProvider);
        }
        catch (TimeoutException)
        {
            lock (_links) open = [.. _links];
            foreach (var link in open) link.Abort();
            await Task.WhenAny(empty.Task, Task.Delay(Options.LingerTimeout, Options.TimeProvider));
        }
    }

    internal void Remove(Link link)
    {
        lock (_links)
        {
            if (_links.Remove(link) && _links.Count == 0) _empty?.TrySetResult();
        }
    }
}
