// A target needs a source file; these exist for their precompiled headers.
