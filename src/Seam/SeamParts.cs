using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Usher.Model.Contracts;
using Usher.Model.Journeys;
using Usher.Model.Road;
using Usher.Wire;

namespace Usher.Seam;

/// <summary>What the seam needs at every hop.</summary>
/// <param name="Generations">Where the running generation is read.</param>
/// <param name="Log">Where records go.</param>
/// <param name="Upstreams">The connections towards the next hops.</param>
/// <param name="Time">The clock.</param>
public sealed record SeamParts(IGenerationSource Generations, IJourneyLog Log, UpstreamPool Upstreams, TimeProvider Time)
{
    /// <summary>The fronts that express links reach; none unless the road has such links.</summary>
    public LinkTable Links { get; init; } = new(express: false, Time);

    /// <summary>Where fronts say what a person should know at once.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Who knows why nothing listens at a port.</summary>
    public IReadOnlyList<IClosedPorts> ClosedPorts { get; init; } = [];

    /// <summary>What adds the hops' times to answers; null when nobody wants them.</summary>
    public IServerTimings? Timings { get; init; }

    /// <summary>What requests bring again and again.</summary>
    internal KnownTexts Texts { get; } = new(4096);

    /// <summary>The ids of journeys that are under way.</summary>
    internal KnownTexts Ids { get; } = new(1024);
}
