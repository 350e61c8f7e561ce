using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Usher.Wire;

/// <summary>
/// An exchange over ASP.NET Core's HttpContext, meant for HTTP/2 (for HTTP/1 it would hide what Kestrel's own parser did). Header names are
/// lower case, as HTTP/2 has them; :authority becomes Host; several cookie fields become one (RFC 9113 section 8.2.3). The owner of the
/// Kestrel server should switch its Server header off, set its request and response header encodings to Latin-1, and lift its own limits on bodies (MaxRequestBodySize, the
/// minimum data rates).
/// </summary>
public sealed class KestrelExchange : HttpExchange
{
    private const int HeldBack = 16 * 1024;
    private readonly HttpContext _context;
    private readonly Http1ServerOptions _options;
    private readonly HttpRejection? _rejection;
    private readonly long _headBytes;
    private long _bodyBytes;
    private long _responseBytes;
    private ReadOnlySequence<byte> _given;
    private int _unflushed;
    private bool _bodyless;
    private bool _started;
    private bool _completed;
    private Deadline? _reading;
    private Deadline? _sending;
    private volatile bool _readTimedOut;
    private volatile bool _sendTimedOut;

    /// <summary>An exchange over this request and its response.</summary>
    /// <exception cref="InvalidOperationException">The connection's end points aren't IP end points.</exception>
    public KestrelExchange(HttpContext context, Http1ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(options);
        (_context, _options) = (context, options);
        var connection = context.Connection;
        if (connection.LocalIpAddress is null || connection.RemoteIpAddress is null)
            throw new InvalidOperationException("The connection has no IP end points.");
        LocalEndPoint = Unmapped.Of(new IPEndPoint(connection.LocalIpAddress, connection.LocalPort));
        RemoteEndPoint = Unmapped.Of(new IPEndPoint(connection.RemoteIpAddress, connection.RemotePort));
        if (!KestrelHead.TryFill(Request, context))
            _rejection = new HttpRejection(HttpViolation.InvalidTarget, "The :path has a character that must be percent-encoded.");
        _headBytes = Request.Length;
        EarlierRequests = EarlierRequestCount.Next(context);
        if (EarlierRequests + 1 >= options.RequestsPerHttp2Connection) context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    /// <summary>Serves one request: the body of a Kestrel application.</summary>
    /// <param name="context">The request.</param>
    /// <param name="handler">Answers it.</param>
    /// <param name="options">The front's, of which the idle timeout holds here too: Kestrel's own limits are rates.</param>
    public static async Task RunAsync(HttpContext context, IExchangeHandler handler, Http1ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var exchange = new KestrelExchange(context, options);
        try
        {
            if (exchange._rejection is { } rejection) await handler.OnRejectedAsync(exchange, rejection);
            else await handler.HandleAsync(exchange);
        }
        catch (Exception e) when (e is ExchangeException or OperationCanceledException)
        {
            // The client is gone; the handler has seen the same.
        }
        finally
        {
            exchange._reading?.Dispose();
            exchange._sending?.Dispose();
        }

        if (!exchange._completed) exchange.Abort();
    }

    /// <inheritdoc/>
    public override RequestHead Request { get; } = new();

    /// <inheritdoc/>
    public override IPEndPoint LocalEndPoint { get; }

    /// <inheritdoc/>
    public override IPEndPoint RemoteEndPoint { get; }

    /// <inheritdoc/>
    public override string Protocol => HttpProtocol.IsHttp2(_context.Request.Protocol) ? "HTTP/2.0" : _context.Request.Protocol;

    /// <inheritdoc/>
    public override int EarlierRequests { get; }

    /// <inheritdoc/>
    public override IFeatureCollection Features => _context.Features;

    /// <inheritdoc/>
    public override bool ResponseStarted => _started;

    /// <inheritdoc/>
    public override bool ResponseCompleted => _completed;

    /// <inheritdoc/>
    public override CancellationToken ClientGone => _context.RequestAborted;

    /// <inheritdoc/>
    public override long RequestBytes => _headBytes + _bodyBytes;

    /// <inheritdoc/>
    public override long ResponseBytes => _responseBytes;

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadBodyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var reading = _context.Request.BodyReader.ReadAsync(cancellationToken);
            if (!reading.IsCompleted) (_reading ??= new Deadline(_options.TimeProvider, OnReadDeadline)).Arm(_options.IdleTimeout);
            var result = await reading;
            _given = result.Buffer;
            if (!_readTimedOut)
            {
                // Nobody looks at what a canceled read has.
                if (result.IsCanceled) AdvanceBody(_given.Start, _given.Start);
                return result;
            }
        }
        catch (Exception e) when (IsClientsFault(e, cancellationToken))
        {
            throw Gone(e);
        }
        finally
        {
            _reading?.Disarm();
        }

        AdvanceBody(_given.Start, _given.Start);
        throw new ExchangeException(HttpViolation.IdleTimeout, "The client sent nothing of its body before the idle timeout.");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<KeyValuePair<string, string>>? RequestTrailers => KestrelHead.Trailers(_context);

    /// <inheritdoc/>
    public override void AdvanceBody(SequencePosition consumed, SequencePosition examined)
    {
        if (!_given.IsEmpty) _bodyBytes += _given.Slice(0, consumed).Length;
        _given = default;
        try
        {
            _context.Request.BodyReader.AdvanceTo(consumed, examined);
        }
        catch (Exception e) when (IsClientsFault(e, default))
        {
            // Kestrel lets nobody touch the body of a stream that was reset: the next read tells.
        }
    }

    /// <inheritdoc/>
    public override void CancelBodyRead()
    {
        try
        {
            _context.Request.BodyReader.CancelPendingRead();
        }
        catch (Exception e) when (IsClientsFault(e, default))
        {
            // As above; a read that is pending has ended.
        }
    }

    /// <summary>Does nothing: Kestrel sends 100 Continue itself at the first read.</summary>
    public override ValueTask SendContinueAsync(CancellationToken cancellationToken = default) => default;

    /// <inheritdoc/>
    public override ValueTask StartResponseAsync(
        ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default)
    {
        Start(ref _started, head);
        _bodyless = Request.IsHead || head.StatusForbidsBody;
        _responseBytes += KestrelHead.Write(_context.Response, head, edits, framing, Request.IsHead);
        _unflushed = 1;
        return default;
    }

    /// <inheritdoc/>
    public override ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        if (!_started || _completed) throw new InvalidOperationException("The response hasn't started or is complete.");
        if (_bodyless || data.IsEmpty) return default;
        _responseBytes += data.Length;
        if (data.Length > 4 * HeldBack) return WritePiecesAsync(data, cancellationToken);
        _context.Response.BodyWriter.Write(data.Span);
        _unflushed += data.Length;
        return _unflushed < HeldBack ? default : FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_unflushed == 0) return;
        _unflushed = 0;
        try
        {
            var flush = _context.Response.BodyWriter.FlushAsync(cancellationToken);
            if (!flush.IsCompleted) ArmSending();
            var result = await flush;
            // An abort of ours ends the flush before it is told by the token.
            if (!result.IsCompleted && !_sendTimedOut && !_context.RequestAborted.IsCancellationRequested) return;
        }
        catch (Exception e) when (IsClientsFault(e, cancellationToken))
        {
            throw Gone(e);
        }
        finally
        {
            _sending?.Disarm();
        }

        throw Gone(null);
    }

    /// <inheritdoc/>
    public override void AddTrailer(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => KestrelHead.AddTrailer(_context, name, value);

    /// <inheritdoc/>
    internal override void KeepAwake() => _reading?.Move(_options.IdleTimeout);

    /// <inheritdoc/>
    public override async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        if (!_started) throw new InvalidOperationException("The response hasn't started.");
        if (_completed) return;
        _completed = true;
        try
        {
            var completing = _context.Response.CompleteAsync();
            if (!completing.IsCompleted) ArmSending();
            await completing;
        }
        catch (Exception e) when (IsClientsFault(e, cancellationToken))
        {
            throw Gone(e);
        }
        finally
        {
            _sending?.Disarm();
        }

        if (_sendTimedOut) throw Gone(null);
    }

    /// <inheritdoc/>
    public override void Abort()
    {
        _completed = false;
        _context.Abort();
    }

    private static bool IsClientsFault(Exception e, CancellationToken cancellationToken) =>
        e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private ExchangeException Gone(Exception? e) => _sendTimedOut
        ? new(HttpViolation.IdleTimeout, "The client took nothing of the response before the idle timeout.", e)
        : new(HttpViolation.ConnectionClosed, "The client closed its stream before the exchange was complete.", e);

    private void ArmSending() => (_sending ??= new Deadline(_options.TimeProvider, OnSendDeadline)).Arm(_options.IdleTimeout);

    private void OnReadDeadline()
    {
        _readTimedOut = true;
        CancelBodyRead();
    }

    /// <summary>Resets the stream; and where the connection is so full that not even that gets through, ends the connection.</summary>
    private void OnSendDeadline()
    {
        if (_sendTimedOut)
        {
            _context.Features.Get<IConnectionLifetimeFeature>()?.Abort();
            return;
        }

        _sendTimedOut = true;
        Abort();
        _sending!.Arm(_options.LingerTimeout);
    }

    private async ValueTask WritePiecesAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        for (; !data.IsEmpty; data = data[Math.Min(data.Length, HeldBack)..])
        {
            var piece = data[..Math.Min(data.Length, HeldBack)];
            _context.Response.BodyWriter.Write(piece.Span);
            _unflushed += piece.Length;
            await FlushAsync(cancellationToken);
        }
    }
}
