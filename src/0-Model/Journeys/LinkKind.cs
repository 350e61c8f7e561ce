namespace Usher.Model.Journeys;

/// <summary>How one hop reaches the next.</summary>
public enum LinkKind
{
    /// <summary>By a socket.</summary>
    Wire,

    /// <summary>Inside this process, by the same decisions.</summary>
    Express,
}
