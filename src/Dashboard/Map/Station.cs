using Usher.Dashboard.Live;
using Usher.Model.Journeys;

namespace Usher.Dashboard.Map;

/// <summary>How something on the map is.</summary>
public enum Signal
{
    /// <summary>There is nothing, or nothing is expected of it.</summary>
    Idle,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Something of it isn't, and it works; or much of what comes is refused.</summary>
    Warning,

    /// <summary>It doesn't work, or much of what comes fails.</summary>
    Bad,
}

/// <summary>One station of the road.</summary>
/// <param name="Hop">The hop.</param>
/// <param name="Title">What it is called on the map.</param>
/// <param name="Summary">How it is, in a few words: <c>2 of 3 ready</c>.</param>
/// <param name="Items">Who stands there.</param>
public sealed record Station(Hop Hop, string Title, string Summary, IReadOnlyList<StationItem> Items)
{
    /// <summary>What it does, over the last seconds; null for a station that counts nothing.</summary>
    public HopRate? Rate { get; init; }

    /// <summary>What <see cref="Rate"/> counts: <c>requests</c>.</summary>
    public string? Counts { get; init; }

    /// <summary>The name of its rates in <see cref="Rates"/>.</summary>
    public string? RateName { get; init; }

    /// <summary>How who stands there is: one that is bad makes a station bad only where no other works.</summary>
    public Signal Health => Items.Count == 0 || Items.All(i => i.Signal == Signal.Idle) ? Signal.Idle
        : Items.All(i => i.Signal is Signal.Good or Signal.Idle) ? Signal.Good
        : Items.Any(i => i.Signal is Signal.Good or Signal.Warning) ? Signal.Warning
        : Signal.Bad;

    /// <summary>How what comes fares: a twentieth that fails is bad, any failure or a fifth that is refused a warning.</summary>
    public Signal Traffic => Rate is not { PerSecond: > 0 } rate ? Signal.Idle
        : rate.FailedShare >= 0.05 ? Signal.Bad
        : rate.FailedPerSecond > 0 || rate.RefusedShare >= 0.2 ? Signal.Warning
        : Signal.Good;

    /// <summary>The worse of both.</summary>
    public Signal Signal => (Signal)Math.Max((int)Health, (int)Traffic);
}

/// <summary>Somebody at a station.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Signal">How it is.</param>
/// <param name="Text">How it is, in words.</param>
public sealed record StationItem(string Name, Signal Signal, string Text)
{
    /// <summary>Where it is, declared and bound; null where it has no address.</summary>
    public string? Address { get; init; }
}
