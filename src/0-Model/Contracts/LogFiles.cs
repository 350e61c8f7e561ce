using Usher.Model.Journeys;
using Usher.Model.Road;

namespace Usher.Model.Contracts;

/// <summary>A log that a hop writes, as text, a line an entry.</summary>
/// <param name="Hop">Whose.</param>
/// <param name="Name">Who of the hop: a pod, a container of it, a load balancer.</param>
/// <param name="Path">The file; it needn't be there yet.</param>
public sealed record LogFile(Hop Hop, string Name, string Path);

/// <summary>Tells which logs there are; answered by the hops that write them.</summary>
public interface ILogFiles
{
    /// <summary>The logs of a generation, in order.</summary>
    IEnumerable<LogFile> All(Generation generation);
}
