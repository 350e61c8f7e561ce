namespace Usher.Wire;

/// <summary>An exchange whose response body is sent no faster than so many bytes a second, from the response's start on (nginx's <c>limit_rate</c>).</summary>
public sealed class PacedExchange : ExchangeView
{
    private readonly long rate;
    private readonly long after;
    private readonly TimeProvider time;
    private long started;
    private long sent;

    /// <summary>Slows the response of an exchange.</summary>
    /// <param name="inner">The exchange.</param>
    /// <param name="rate">Bytes a second, 1 or more.</param>
    /// <param name="after">Bytes that come before, at any speed.</param>
    /// <param name="time">The clock.</param>
    public PacedExchange(HttpExchange inner, long rate, long after, TimeProvider time) : base(inner)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1);
        (this.rate, this.after, this.time) = (rate, after, time);
    }

    /// <inheritdoc/>
    public override ValueTask StartResponseAsync(ResponseHead head, HeaderEdits? edits, BodyFraming framing, CancellationToken cancellationToken = default)
    {
        started = time.GetTimestamp();
        return Inner.StartResponseAsync(head, edits, framing, cancellationToken);
    }

    /// <summary>Writes what may be sent by now, one second's worth ahead as nginx does, and waits for the rest.</summary>
    public override async ValueTask WriteBodyAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        while (!data.IsEmpty)
        {
            var allowed = after + (long)(rate * (time.GetElapsedTime(started).TotalSeconds + 1)) - sent;
            if (allowed <= 0)
            {
                await Inner.FlushAsync(cancellationToken);
                KeepAwake();
                await Task.Delay(TimeSpan.FromSeconds(Math.Clamp((1.0 - allowed) / rate, 0.01, 1)), time, cancellationToken);
                continue;
            }

            var now = (int)Math.Min(allowed, data.Length);
            await Inner.WriteBodyAsync(data[..now], cancellationToken);
            sent += now;
            data = data[now..];
        }
    }
}
