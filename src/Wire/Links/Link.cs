using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Wire;

/// <summary>
/// A connection inside this process. Its near end is an <see cref="UpstreamConnection"/> of a pool, its far end the exchange of a handler; requests and
/// responses pass as heads and bodies, with no bytes of HTTP between. It lives by a TCP connection's rules: it is opened once, carries one request
/// after another, and either side may close it.
/// </summary>
public sealed class Link : IDisposable
{
    private readonly LinkServer _server;
    private readonly Action? _closed;
    private readonly CancellationTokenSource _gone = new();
    private readonly long _opened;
    private long _idleSince;
    private int _state;

    internal Link(LinkServer server, IPEndPoint from, IPEndPoint to, Action? closed)
    {
        _server = server;
        _closed = closed;
        From = from;
        To = to;
        Gone = _gone.Token;
        _opened = _idleSince = server.Options.TimeProvider.GetTimestamp();
        Exchange = new LinkExchange(this, server.Options);
    }

    private enum State
    {
        Idle,
        Busy,
        Closed,
    }

    /// <summary>The end that dialled.</summary>
    public IPEndPoint From { get; }

    /// <summary>The end that accepted.</summary>
    public IPEndPoint To { get; }

    /// <summary>What the handler keeps with the connection.</summary>
    internal FeatureCollection Features { get; } = new();

    /// <summary>The far end's view of one request after another.</summary>
    internal LinkExchange Exchange { get; }

    /// <summary>Fires when the near end has gone.</summary>
    internal CancellationToken Gone { get; }

    /// <summary>True when it can't carry another request: either side closed it, or it was idle for longer than the far side waits.</summary>
    internal bool IsClosed => Volatile.Read(ref _state) == (int)State.Closed
        || (_server.Options.IdleTimeout != Timeout.InfiniteTimeSpan
            && _server.Options.TimeProvider.GetElapsedTime(Volatile.Read(ref _idleSince)) >= _server.Options.IdleTimeout);

    /// <summary>True when the response now starting has to be the link's last.</summary>
    internal bool IsEnding => _server.IsStopping
        || _server.Options.TimeProvider.GetElapsedTime(_opened) >= _server.Options.KeepAliveTimeout;

    /// <summary>Closes it from the near end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _state, (int)State.Closed) != (int)State.Closed) Closed();
    }

    /// <summary>Takes it for a request; false when the far side closed it in that moment.</summary>
    internal bool TryBegin() => Interlocked.CompareExchange(ref _state, (int)State.Busy, (int)State.Idle) == (int)State.Idle;

    /// <summary>The request is over.</summary>
    internal void End()
    {
        Volatile.Write(ref _idleSince, _server.Options.TimeProvider.GetTimestamp());
        Interlocked.CompareExchange(ref _state, (int)State.Idle, (int)State.Busy);
        if (_server.IsStopping) CloseIfIdle();
    }

    /// <summary>Lets the handler serve one request, or what never became one.</summary>
    internal ValueTask ServeAsync(HttpRejection? rejection) =>
        rejection is { } known ? _server.Handler.OnRejectedAsync(Exchange, known) : _server.Handler.HandleAsync(Exchange);

    /// <summary>The near end goes while a request is on its way: the handler is told. The near end closes it then.</summary>
    internal void Cut()
    {
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was closed in that moment: nobody is left to be told.
        }
    }

    /// <summary>The far end cuts it: the time to stop is over.</summary>
    internal void Abort()
    {
        CloseIfIdle();
        Exchange.Abort();
        Cut();
    }

    /// <summary>The far side stops: what is idle closes now, what is in use after its response.</summary>
    internal void CloseIfIdle()
    {
        if (Interlocked.CompareExchange(ref _state, (int)State.Closed, (int)State.Idle) == (int)State.Idle) Closed();
    }

    private void Closed()
    {
        _server.Remove(this);
        _gone.Dispose();
        _closed?.Invoke();
    }
}
