namespace Usher.Model.Desired;

/// <summary>One thing wrong with the desired state: which object, which field, what was found and what is allowed.</summary>
/// <param name="File">The file, or null.</param>
/// <param name="Line">Line in <paramref name="File"/>, from 1; 0 when unknown.</param>
/// <param name="Object">The object as people write it (<c>Ingress shop/api</c>), or empty when the file could not be read that far.</param>
/// <param name="Field">Path of the field (<c>spec.rules[0].host</c>), or empty.</param>
/// <param name="Message">What was found, what is allowed, and the way out.</param>
public sealed record ConfigError(string? File, int Line, string Object, string Field, string Message)
{
    /// <summary>
    /// Among warnings: the object isn't accepted, and nothing comes of it or it stays as it last was, while the rest of the road goes on; as a cluster's controllers leave out one object and tell of it.
    /// </summary>
    public bool NotAccepted { get; init; }

    /// <summary><c>file:line: object: field: message</c>, leaving out what is not known.</summary>
    public override string ToString()
    {
        var place = File is null ? "" : Line > 0 ? $"{File}:{Line}" : File;
        return string.Join(": ", new[] { place, Object, Field, Message }.Where(part => part.Length > 0));
    }
}

/// <summary>Collects every error of one load or compile, so that they are reported together.</summary>
public sealed class ErrorList
{
    private readonly Lock gate = new();
    private List<ConfigError>? errors;

    /// <summary>True when nothing was reported.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (gate) return errors is null;
        }
    }

    /// <summary>Everything reported so far, ordered by file and line.</summary>
    public IReadOnlyList<ConfigError> All
    {
        get
        {
            lock (gate) return errors is null ? [] : [.. errors.OrderBy(e => e.File, StringComparer.Ordinal).ThenBy(e => e.Line).ThenBy(e => e.Object, StringComparer.Ordinal)];
        }
    }

    /// <summary>Reports an error.</summary>
    public void Add(ConfigError error)
    {
        lock (gate) (errors ??= []).Add(error);
    }

    /// <summary>Reports an error in a field of an object.</summary>
    public void Add(ResourceKey key, Origin origin, string field, string message) =>
        Add(new ConfigError(origin.File, origin.LineOf(field), key.ToString(), field, message));

    /// <summary>Reports an error in a field of an object.</summary>
    public void Add<T>(Resource<T> resource, string field, string message) where T : class =>
        Add(resource.Key, resource.Origin, field, message);
}
