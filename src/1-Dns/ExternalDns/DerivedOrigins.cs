using System.Runtime.CompilerServices;
using Usher.Model.Desired;

namespace Usher.Dns;

/// <summary>Where derived record sets come from: the file and line of the object that they were made for, so that what is wrong with them leads there.</summary>
internal static class DerivedOrigins
{
    // The same for the same object, which record sets that haven't changed are known by.
    private static readonly ConditionalWeakTable<Origin, Origin> Known = [];

    internal static Origin Of(Origin written) => Known.GetValue(written, static o => new Origin(Origin.Derived.Doorway, o.File, o.Line));
}
