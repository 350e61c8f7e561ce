using System.Text;

namespace Usher.Wire;

/// <summary>The head of a response.</summary>
public sealed class ResponseHead : MessageHead
{
    private Slice _reason;
    private HeadSemantics? _semantics;

    /// <summary>The status code, 100 to 999; 0 before it is set.</summary>
    public int StatusCode { get; private set; }

    /// <summary>The reason phrase, often empty.</summary>
    public ReadOnlySpan<byte> Reason => Stored(_reason);

    /// <summary>How the body's end is found if the request wasn't HEAD (RFC 9112 section 6.3).</summary>
    /// <exception cref="InvalidOperationException">The head was built with contradictory framing.</exception>
    public BodyFraming Framing => StatusForbidsBody ? BodyFraming.None : Semantics.ResponseFraming;

    /// <summary>True when the sender lets the connection be used again.</summary>
    public bool KeepAlive => Semantics.KeepAlive;

    /// <summary>True for 101 with an Upgrade header.</summary>
    public bool IsUpgrade => StatusCode == 101 && Semantics.IsUpgrade;

    /// <summary>True for a status whose response never has a body: 1xx, 204 and 304.</summary>
    public bool StatusForbidsBody => StatusCode is < 200 or 204 or 304;

    internal HeadSemantics Semantics
    {
        get
        {
            if (_semantics is { } known) return known;
            var violation = HeadSemantics.Read(this, out var read, out var message);
            if (violation != HttpViolation.None) throw new InvalidOperationException(message);
            _semantics = read;
            return read;
        }
    }

    /// <summary>The framing of the body that really follows, given whether the request was HEAD.</summary>
    public BodyFraming FramingFor(bool headRequest) => headRequest ? BodyFraming.None : Framing;

    /// <summary>Sets status and reason of a head that is built rather than parsed.</summary>
    /// <exception cref="ArgumentException">The code isn't 100 to 999, or the reason has a control character.</exception>
    public void SetStatus(int code, ReadOnlySpan<byte> reason)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(code, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(code, 999);
        if (Grammar.IndexOfControl(reason) >= 0) throw new ArgumentException("A reason can't have control characters.", nameof(reason));
        SetStored(code, Store(reason), 11);
    }

    /// <summary>Sets the status, and its registered reason when <paramref name="reason"/> is null.</summary>
    /// <exception cref="ArgumentException">The code isn't 100 to 999, or the reason has a control character.</exception>
    public void SetStatus(int code, string? reason = null) =>
        SetStatus(code, Encoding.UTF8.GetBytes(reason ?? Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(code)));

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        StatusCode = 0;
        _reason = default;
    }

    internal void SetStored(int code, Slice reason, int version)
    {
        StatusCode = code;
        _reason = reason;
        Version = version;
        Changed();
    }

    internal override void SetSemantics(HeadSemantics semantics) => _semantics = semantics;

    private protected override void Changed() => _semantics = null;
}
