% Files as Octave writes them, in every format that it has, into the folder of the first argument. Prints of each what
% to read, neurons, time points and a weighted sum, tab-separated.
1;
function said(spec, values)
  values = double(full(values));
  [T, N] = size(values);
  [i, t] = meshgrid(0:N - 1, 0:T - 1);
  weighted = values .* (1 + mod(7 * t + 3 * i, 11));
  printf("%s\t%d\t%d\t%.17g\n", spec, N, T, sum(weighted(:)));
end
cd(argv(){1});
t = (0:299)';
X = [sin(t / 7), 2 * cos(t / 5), mod(37 * t, 11) - 5, mod(13 * t, 17) / 4];
single_x = single(X); int8_x = int8(round(X)); uint16_x = uint16(abs(round(10 * X))); logical_x = X > 0;
sparse_x = sparse(X .* (abs(X) > 2)); complex_x = complex(X, 0); pages = cat(3, X, 2 * X);
int16_pages = int16(round(10 * pages));
D = struct("data", {X(1:100, :), X(101:180, :), X(181:300, :)}, "name", {"a", "b", "c"});
C = {X(1:100, :), X(101:180, :), X(181:300, :)};
data = struct("spikes", X, "fs", 50);
nested.a.b = X;
stacked = [X; 2 * X];
places = {"X", "X", X; "single_x", "single_x", single_x; "int8_x", "int8_x", int8_x; "uint16_x", "uint16_x", uint16_x; ...
          "logical_x", "logical_x", logical_x; "sparse_x", "sparse_x", sparse_x; "complex_x", "complex_x", X; ...
          "pages", "pages", stacked; "pages", "pages[:,:,2]", 2 * X; "int16_pages", "int16_pages", int16(round(10 * stacked)); ...
          "D", "D.data", X; "D", "D(2).data", X(101:180, :); "C", "C", X; "C", "C{3}", X(181:300, :); ...
          "data", "data.spikes", X; "nested", "nested.a.b", X};
formats = {"-v7", "v7.mat"; "-v6", "v6.mat"; "-hdf5", "octave.h5"; "-text", "text.mat"; "-text", "text.txt"; "-v4", "v4.mat"};
for f = 1:rows(formats)
  for p = 1:rows(places)
    file = [places{p, 1} "_" formats{f, 2}];
    % Version 4 has matrices of doubles alone.
    if (strcmp(formats{f, 1}, "-v4") && ! any(strcmp(places{p, 1}, {"X", "sparse_x", "complex_x"})))
      continue;
    end
    save(formats{f, 1}, file, places{p, 1});
    said([file ":" places{p, 2}], places{p, 3});
  end
end
