using System.Text;

namespace Usher.Wire;

/// <summary>The four forms of a request target (RFC 9112 section 3.2).</summary>
public enum TargetForm
{
    /// <summary>A path with an optional query.</summary>
    Origin,

    /// <summary>A whole http or https URI.</summary>
    Absolute,

    /// <summary>host:port, for CONNECT.</summary>
    Authority,

    /// <summary>"*", for OPTIONS.</summary>
    Asterisk,
}

/// <summary>The head of a request.</summary>
public sealed class RequestHead : MessageHead
{
    private Slice _method;
    private Slice _target;
    private Slice _authority;
    private Slice _path;
    private Slice _query;
    private HeadSemantics? _semantics;
    private BodyFraming? _framing;

    /// <summary>The method as it was written; methods are case-sensitive.</summary>
    public ReadOnlySpan<byte> Method => Stored(_method);

    /// <summary>The request target, raw and untouched.</summary>
    public ReadOnlySpan<byte> Target => Stored(_target);

    /// <summary>The target's form.</summary>
    public TargetForm Form { get; private set; }

    /// <summary>The target's path, raw: "/" when an absolute target has none.</summary>
    public ReadOnlySpan<byte> Path => _path.Length == 0 && _target.Length > 0 ? "/"u8 : Stored(_path);

    /// <summary>The target's query without "?", raw; empty when there is none.</summary>
    public ReadOnlySpan<byte> Query => _query.Length == 0 ? default : Stored(_query)[1..];

    /// <summary>True when the target has a "?", even with nothing after it.</summary>
    public bool HasQuery => _query.Length > 0;

    /// <summary>host[:port]: of an absolute target, else of the first Host header, else empty (RFC 9112 section 3.2.2).</summary>
    public ReadOnlySpan<byte> Host => _authority.Length > 0 ? Stored(_authority) : TryGet("Host"u8, out var host) ? host : default;

    /// <summary>How the body's end is found.</summary>
    /// <exception cref="InvalidOperationException">The head was built with contradictory framing.</exception>
    public BodyFraming Framing => _framing ?? Semantics.RequestFraming;

    /// <summary>True when the client lets the connection be used again (RFC 9112 section 9.3).</summary>
    public bool KeepAlive => Version >= 20 || Semantics.KeepAlive;

    /// <summary>True when the client waits for 100 Continue before it sends the body (RFC 9110 section 10.1.1).</summary>
    public bool ExpectContinue => Version >= 11 && Semantics.ExpectContinue;

    /// <summary>True when the client asks for another protocol (RFC 9110 section 7.8).</summary>
    public bool IsUpgrade => Version == 11 && Semantics.IsUpgrade;

    /// <summary>True for a HEAD request, whose response has no body.</summary>
    public bool IsHead => Method.SequenceEqual("HEAD"u8);

    /// <summary>What a tolerant parser made good; nothing for a head that a strict one takes, was built, or came over HTTP/2.</summary>
    public HeadDefects Defects { get; internal set; }

    internal HeadSemantics Semantics
    {
        get
        {
            if (_semantics is { } known) return known;
            var violation = HeadSemantics.Read(this, out var read, out var message);
            if (violation is not (HttpViolation.None or HttpViolation.MissingHost)) throw new InvalidOperationException(message);
            _semantics = read;
            return read;
        }
    }

    /// <summary>Sets method, target and version of a head that is built rather than parsed.</summary>
    /// <exception cref="ArgumentException">The method isn't a token, or the target is malformed.</exception>
    public void SetRequestLine(ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, int version = 11)
    {
        if (!Grammar.IsToken(method)) throw new ArgumentException("A method must be a token.", nameof(method));
        if (!Grammar.IsTarget(target)) throw new ArgumentException("A request target must be visible ASCII.", nameof(target));
        if (!SetStored(Store(method), Store(target), version))
            throw new ArgumentException("The request target fits no form.", nameof(target));
    }

    /// <summary>Sets method, target and version of a head that is built rather than parsed.</summary>
    /// <exception cref="ArgumentException">The method isn't a token, or the target is malformed.</exception>
    public void SetRequestLine(string method, string target, int version = 11) =>
        SetRequestLine(Encoding.UTF8.GetBytes(method), Encoding.UTF8.GetBytes(target), version);

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _method = _target = _authority = _path = _query = default;
        Form = TargetForm.Origin;
        _framing = null;
        Defects = HeadDefects.None;
    }

    /// <summary>Tells the framing where no header does (HTTP/2).</summary>
    internal void SetFraming(BodyFraming framing) => _framing = framing;

    internal override void SetSemantics(HeadSemantics semantics) => _semantics = semantics;

    /// <summary>Splits a stored target; false when it fits no form. Its bytes are already checked.</summary>
    internal bool SetStored(Slice method, Slice target, int version)
    {
        _method = method;
        _target = target;
        Version = version;
        _authority = _path = _query = default;
        Changed();
        var text = Stored(target);
        var start = 0;
        if (Stored(method).SequenceEqual("CONNECT"u8))
        {
            Form = TargetForm.Authority;
            _authority = _path = target;
            return Grammar.IsHost(text);
        }

        if (text[0] == '/')
        {
            Form = TargetForm.Origin;
        }
        else if (text.SequenceEqual("*"u8))
        {
            Form = TargetForm.Asterisk;
            _path = target;
            return Stored(method).SequenceEqual("OPTIONS"u8);
        }
        else
        {
            Form = TargetForm.Absolute;
            var scheme = Scheme(text);
            if (scheme == 0) return false;
            var end = text[scheme..].IndexOfAny((byte)'/', (byte)'?');
            start = end < 0 ? text.Length : scheme + end;
            _authority = new Slice(target.Start + scheme, start - scheme);
            if (_authority.Length == 0 || !Grammar.IsHost(Stored(_authority))) return false;
        }

        var question = text[start..].IndexOf((byte)'?');
        var pathEnd = question < 0 ? text.Length : start + question;
        _path = new Slice(target.Start + start, pathEnd - start);
        _query = new Slice(target.Start + pathEnd, text.Length - pathEnd);
        return true;
    }

    private static int Scheme(ReadOnlySpan<byte> target) =>
        target.Length > 7 && Grammar.Same(target[..7], "http://"u8) ? 7
        : target.Length > 8 && Grammar.Same(target[..8], "https://"u8) ? 8
        : 0;

    private protected override void Changed() => _semantics = null;
}
