namespace Usher.LoadBalancer;

/// <summary>What a decision read of a request's headers besides its rules' conditions: recorded with it, so that it can be replayed.</summary>
internal abstract record RequestReading
{
    /// <summary>What became of its token; null where its rule asks for none.</summary>
    internal abstract JwtReading? Jwt { get; init; }
}

/// <summary>What became of a request's token. Nothing of the token itself is in it but its key's id.</summary>
/// <param name="Failure">Why it isn't let through; <see cref="JwtFailure.None"/> when it is.</param>
internal sealed record JwtReading(JwtFailure Failure) : RequestReading
{
    internal override JwtReading? Jwt
    {
        get => this;
        init { }
    }

    internal bool Passed => Failure == JwtFailure.None;

    /// <summary>Whether newer keys might change it.</summary>
    internal bool WantsKeys => Failure is JwtFailure.NoKeys or JwtFailure.UnknownKey;

    /// <summary>What is wrong, for a person.</summary>
    internal string? Detail { get; init; }

    /// <summary>The claim that is wrong; null when none is.</summary>
    internal string? Claim { get; init; }

    /// <summary>The token's key id, cut to what fits a line; null where it names none.</summary>
    internal string? KeyId { get; init; }

    /// <summary>Until when it is good, in seconds since 1970.</summary>
    internal double Until { get; init; }

    /// <summary>Where the keys are from, and how old they are.</summary>
    internal string? Keys { get; init; }

    /// <summary>Whether the signature was verified for an earlier request.</summary>
    internal bool Remembered { get; init; }

    /// <summary>Whether the signature counts as good because no road runs that has keys.</summary>
    internal bool Assumed { get; init; }
}
