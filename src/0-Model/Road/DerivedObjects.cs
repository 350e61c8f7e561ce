using System.Runtime.CompilerServices;
using System.Text.Json;
using Usher.Model.Desired;

namespace Usher.Model.Road;

/// <summary>What a reconciler makes of objects that people wrote: where it comes from, and that what says the same again is the same object.</summary>
public static class DerivedObjects
{
    // The same for the same object, which objects that haven't changed are known by.
    private static readonly ConditionalWeakTable<Origin, Origin> Origins = [];

    // What a made object says, as text.
    private static readonly ConditionalWeakTable<object, string> Said = [];

    /// <summary>Where an object that is made of a written one comes from: its file and line, so that what is wrong with it leads there.</summary>
    /// <param name="written">The written object's.</param>
    public static Origin OriginOf(Origin written) => Origins.GetValue(written, static o => new Origin(Origin.Derived.Doorway, o.File, o.Line));

    /// <summary>A made object, with that of the running generation in its place when that says the same.</summary>
    /// <param name="made">The object; it can be written as JSON.</param>
    /// <param name="previous">The running generation's state.</param>
    public static Resource Keep(Resource made, DesiredState previous)
    {
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(previous);
        var had = previous.Find(made.Key)?.Value;
        if (ReferenceEquals(had, made.Value)) return made;
        var says = Text(made.Value);
        if (had is not null && Said.TryGetValue(had, out var said) && said == says) return made with { Value = had };
        Said.AddOrUpdate(made.Value, says);
        return made;
    }

    /// <summary>What an object says, which another that says the same has too.</summary>
    public static string Text(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return JsonSerializer.Serialize(value, value.GetType());
    }
}
